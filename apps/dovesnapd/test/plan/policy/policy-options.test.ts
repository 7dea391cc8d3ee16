import { editText, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { allowAllAcl, deriveMac, localOfPort } from '../../../src/domain/names.ts';
import type { AclChoice } from '../../../src/domain/network.ts';
import type { NetworkSpec } from '../../../src/domain/network-spec.ts';
import { networkEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { bridgeSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { networkId, sampleNetwork } from '../sample.ts';

const engine = 'RKVJ:HCRC';
const operator = 'acls:\n  guard: [{rule: {actions: {allow: 1}}}]\n';

function choice(everywhere?: readonly string[], named: [string, string[]][] = []): AclChoice {
  return { everywhere, byNetwork: new Map(named) };
}

describe('the ACLs of the gateway', () => {
  test.each([
    ['those that nat_acl names for every network', choice(['guard']), ['guard']],
    ['those that it names for this one', choice(['x'], [['lab', ['guard']]]), ['guard']],
    ['ours when it names other networks only', choice(undefined, [['x', ['y']]]), [allowAllAcl]],
  ])('are %s', (_what, natAcl, acls) => {
    const network = sampleNetwork({ natAcl });
    const edits = networkEdits(network, 'lab', [], engine, parseFaucet(operator));
    const dp = parseFaucet(editText(operator, edits)).dps.get('lab');
    expect(dp?.interfaces.find((item) => item.number === localOfPort)?.aclsIn).toEqual(acls);
  });
});

describe('the MAC of the bridge', () => {
  test('is the one asked for', () => {
    const localMac = '0e:00:00:00:00:01';
    const spec = bridgeSpec(sampleNetwork({ localMac }), engine, { controllers: false });
    expect(spec.hwaddr).toBe(localMac);
  });

  test('is that of the gateway where none is asked for, and the choice of the switch where none is', () => {
    const made = (spec: Partial<NetworkSpec>): string | undefined =>
      bridgeSpec(sampleNetwork(spec), engine, { controllers: false }).hwaddr;
    expect(made({ localMac: undefined })).toBe(deriveMac(networkId, { address: '10.9.0.1' }));
    expect(made({ localMac: undefined, mode: 'flat' })).toBeUndefined();
  });
});
