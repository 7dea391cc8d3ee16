import { checkConfig, parseFaucet, placeholderDp } from '@dovesnap/faucet-config';
import { expect, it } from 'vitest';
import { firstFaucetYaml } from '../lib/first-configuration.mjs';

it('starts with a file that Faucet takes, and with the placeholder that goes by itself', () => {
  expect(checkConfig(firstFaucetYaml)).toEqual([]);
  const { dps, acls } = parseFaucet(firstFaucetYaml);
  expect([...dps.values()].map(({ name, dpId }) => ({ name, dpId }))).toEqual([placeholderDp]);
  expect([...acls.keys()]).toEqual(['deny-all']);
});
