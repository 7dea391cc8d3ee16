import { readFile } from 'node:fs/promises';
import { privateFaucet, privateGauge, until } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { editGauge } from '../src/gauge-edit.ts';
import { contractConfig } from './contracts/store-contract.ts';

describe('a gauge.yaml of ours', () => {
  it.each(['faucet', 'c65faucet'] as const)('is taken by the Gauge of %s', async (flavour) => {
    await using faucet = await privateFaucet({ config: contractConfig, flavour });
    await using gauge = await privateGauge({
      flavour,
      config: (port) =>
        editGauge('', {
          faucetConfig: faucet.configPath,
          prometheus: { address: '127.0.0.1', port },
        }),
    });
    const log = await until(
      async () => {
        const text = await gauge.log();
        return text.includes('config complete') && text;
      },
      { what: 'a Gauge that has taken its configuration' },
    );
    expect(log).toContain(`watching FAUCET config ${faucet.configPath}`);
    expect(log).not.toMatch(/error|invalid|exception/i);
    expect(await readFile(gauge.configPath, 'utf8')).toContain(faucet.configPath);
  });
});
