import { checkConfig, editText, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { dpMark, localOfPort } from '../../../src/domain/names.ts';
import type { NetworkSpec } from '../../../src/domain/network-spec.ts';
import { formatBridgeRecord, parseBridgeRecord } from '../../../src/domain/record.ts';
import { declaredNumbers } from '../../../src/plan/faucet/claimed-numbers.ts';
import { checkDatapath } from '../../../src/plan/faucet/datapath-conflict.ts';
import { findDrift, gatewayDrift } from '../../../src/plan/faucet/faucet-drift.ts';
import { removalEdits, staleInterfaceEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { gatewayAcls, planGatewayInterface } from '../../../src/plan/faucet/gateway-interface.ts';
import { bridgeRecord } from '../../../src/plan/networks/bridge-spec.ts';
import { interfaceOf } from '../../../src/plan/policy/interface-policy.ts';
import { marked } from '../../sample-treatments.ts';
import { addPort, sampleEndpoint, sampleNetwork, sampleUplink } from '../sample.ts';
import { engine, merged, nat, operator, removed } from './operators-sample.ts';

const local = `${localOfPort}`;
const everywhere = (...acls: readonly string[]) => ({ everywhere: acls, byNetwork: new Map() });

const gateways: readonly (readonly [what: string, gateway: string, spec: Partial<NetworkSpec>])[] =
  [
    ['no gateway', '', {}],
    [
      'a gateway that is complete',
      `      ${local}: {native_vlan: 100, acls_in: [web], opstatus_reconf: false}\n`,
      {},
    ],
    ['a gateway without anything', `      ${local}: {description: 'way out'} # here\n`, {}],
    [
      'a gateway with a VLAN by name',
      `      ${local}:\n        native_vlan: office   # same\n        description: gw\n`,
      {},
    ],
    ['a gateway under a name', `      gw: {number: ${local}, max_hosts: 7}\n`, {}],
    ['a gateway with an ACL in the old form', `      ${local}: {acl_in: guard}\n`, {}],
    [
      'a gateway with an empty list of ACLs',
      `      ${local}: {acls_in: [], opstatus_reconf: true}\n`,
      {},
    ],
    [
      'a gateway with our ACL',
      `      ${local}: {acls_in: [guard]}\n`,
      { natAcl: everywhere('guard') },
    ],
  ];

describe('a datapath that an operator has declared', () => {
  test.each(gateways)(
    'with %s takes the network in and is as it was afterwards',
    (_what, gateway, spec) => {
      const text = operator(gateway);
      const network = nat(spec);
      for (const number of declaredAround(network, text)) addPort(network, number);
      const both = merged(network, text);
      expect(both).not.toBe(text);
      expect(checkConfig(both)).toEqual([]);
      expect(merged(network, both)).toBe(both);
      expect(findDrift(network, parseFaucet(both), true)).toEqual([]);
      expect(removed(network, both)).toBe(text);
      const remembered = parseBridgeRecord(formatBridgeRecord(bridgeRecord(network, engine)));
      expect(remembered?.gatewayBefore).toEqual(network.record.gatewayBefore);
    },
  );

  test('loses also the port that was being rebuilt when the network went', () => {
    const network = nat();
    addPort(network, 2, { treatments: marked, endpoint: sampleEndpoint() });
    addPort(network, 4);
    const text = merged(network, operator(''));
    network.ports.delete(2);
    expect(removed(network, text)).toBe(operator(''));
  });

  test('keeps its own keys, and the pool keeps off its numbers', () => {
    const network = nat();
    expect(declaredNumbers(network.spec, parseFaucet(operator('')))).toEqual([
      1, 3, 20, 21, 22, 23, 24, 30,
    ]);
    const dp = parseFaucet(merged(network, operator(''))).dps.get('lab');
    expect(dp?.raw).toMatchObject({
      description: 'by hand',
      timeout: 301,
      hardware: 'Open vSwitch',
    });
  });

  test.each<[string, readonly string[]]>([
    ['{acls_in: [web]}', ['web']],
    ['{native_vlan: 100}', ['dovesnap-allow-all']],
  ])('gives the gateway %s the ACLs %j', (gateway, acls) => {
    const network = nat();
    const text = merged(network, operator(`      ${local}: ${gateway}\n`));
    expect(gatewayAcls(network, parseFaucet(text))).toEqual(acls);
    const found = parseFaucet(text).dps.get('lab')?.interfaces;
    expect(found?.find((item) => item.number === localOfPort)?.aclsIn).toEqual(acls);
  });

  test.each<[string, Partial<NetworkSpec>, string]>([
    ['{native_vlan: 7}', {}, 'has native_vlan 7, the network has VLAN 100'],
    [
      '{acls_in: [web]}',
      { natAcl: everywhere('guard') },
      'has acls_in [web], option ovs.bridge.nat_acl is "guard"',
    ],
    ['{output_only: true}', {}, 'has output_only, which excludes VLAN 100'],
    ['{mirror: [1]}', {}, 'has mirror, which excludes VLAN 100'],
  ])('with the gateway %s is refused and not touched', (gateway, spec, reason) => {
    const network = nat(spec);
    const model = parseFaucet(operator(`      ${local}: ${gateway}\n`));
    expect(planGatewayInterface(network, model)).toMatchObject({ edits: [], conflict: reason });
    expect(() => checkDatapath(network, 'lab', model)).toThrow(reason);
    expect(removalEdits(network, 'lab', engine, model).filter((edit) => 'port' in edit)).toEqual(
      [],
    );
  });

  test.each(['', `      ${local}: {acls_in: [web]}\n`, `      ${local}: {native_vlan: 100}\n`])(
    'has the host of a flat network that binds an interface, and is as it was after it: %j',
    (gateway) => {
      const network = sampleNetwork({ features: [sampleUplink('eth1')], mode: 'flat' });
      addPort(network, 2);
      const before = operator(gateway);
      const text = merged(network, before);
      const found = interfaceOf(network.record, localOfPort, parseFaucet(text));
      expect(found).toMatchObject({ nativeVlan: 100, opstatusReconf: false });
      expect(found?.description === 'host').toBe(gateway === '');
      expect(gatewayDrift(network, parseFaucet(text))).toBeUndefined();
      const weaker = editText(text, [setInterface('lab', localOfPort, { nativeVlan: null })]);
      expect(gatewayDrift(network, parseFaucet(weaker))).toContain('native_vlan');
      expect(editText(text, removalEdits(network, 'lab', engine, parseFaucet(text)))).toBe(before);
    },
  );

  test('is left to the operator where a flat network binds none', () => {
    const network = nat({ mode: 'flat' });
    const model = parseFaucet(operator(`      ${local}: {output_only: true}\n`));
    expect(planGatewayInterface(network, model)).toMatchObject({ edits: [], conflict: undefined });
    const binding = sampleNetwork({ features: [sampleUplink('eth1')], mode: 'flat' });
    expect(() => checkDatapath(binding, 'lab', model)).toThrow("the host's interface 4294967294");
  });

  test('with ACLs for all its ports is refused', () => {
    const model = parseFaucet(
      'dps:\n  lab: {dp_id: 1, dp_acls: [a], interfaces: {1: {native_vlan: 1}}}\n',
    );
    expect(() => checkDatapath(nat(), 'lab', model)).toThrow('has dp_acls');
  });

  test('keeps what the operator changes of his gateway, and gets back what was added', () => {
    const network = nat();
    const text = merged(network, operator(`      ${local}: {acls_in: [web]}\n`));
    const own = editText(text, [setInterface('lab', localOfPort, { aclsIn: ['guard'] })]);
    expect(findDrift(network, parseFaucet(own), true)).toEqual([]);
    expect(gatewayAcls(network, parseFaucet(own))).toEqual(['guard']);
    const moved = editText(own, [setInterface('lab', localOfPort, { nativeVlan: null })]);
    expect(findDrift(network, parseFaucet(moved), true)[0]?.what).toContain('lacks native_vlan');
    expect(merged(network, moved)).toMatch(/: \{acls_in: \["guard"\], .*native_vlan: 100\}/);
  });

  test('is never left without interfaces', () => {
    const network = sampleNetwork({ mode: 'flat' });
    addPort(network, 1);
    const text = merged(network, 'dps:\n  lab: {dp_id: 1, interfaces: {7: {native_vlan: 5}}}\n');
    const emptied = text.replace('7: {native_vlan: 5}, ', '');
    expect(emptied).not.toBe(text);
    const left = removed(network, emptied);
    expect(checkConfig(left)).toEqual([]);
    expect(parseFaucet(left).dps.get('lab')?.interfaces).toMatchObject([{ outputOnly: true }]);
  });

  test('of another id is not touched when the network goes', () => {
    const network = nat();
    addPort(network, 1);
    const model = parseFaucet('dps:\n  lab: {dp_id: 2, interfaces: {1: {native_vlan: 5}}}\n');
    expect(removalEdits(network, 'lab', engine, model)).toEqual([]);
    expect(() => checkDatapath(network, 'lab', model)).toThrow(
      'already has a datapath "lab" with dp_id 0x2',
    );
  });

  test('loses what carries the mark of our ports, and nothing else, when the database was lost', () => {
    const network = nat();
    for (const number of [2, 4]) addPort(network, number);
    const text = merged(network, operator(''));
    const fresh = sampleNetwork();
    addPort(fresh, 4, { endpoint: sampleEndpoint() });
    const swept = editText(text, staleInterfaceEdits(fresh, parseFaucet(text)));
    expect(numbersIn(swept)).toEqual([1, 3, 4, 20, 21, 22, 23, 24, 30, localOfPort]);
    expect(planGatewayInterface(fresh, parseFaucet(swept)).before).toBe('nothing');
    expect(removed(fresh, swept)).toBe(operator(''));
  });
});

test('a datapath of ours is removed whole', () => {
  const network = nat();
  addPort(network, 1);
  const text = merged(network, operator('').replace('  lab:', '  other:'));
  expect(parseFaucet(text).dps.get('lab')?.raw.description).toBe(dpMark(engine, network.spec.id));
  expect(removed(network, text)).toBe(operator('').replace('  lab:', '  other:'));
});

/** Two numbers that nobody has declared. */
function declaredAround(network: AttachedNetwork, text: string): number[] {
  const taken = new Set(declaredNumbers(network.spec, parseFaucet(text)));
  return [1, 2, 3, 4, 5].filter((number) => !taken.has(number)).slice(0, 2);
}

function numbersIn(text: string): (number | undefined)[] {
  const dp = parseFaucet(text).dps.get('lab');
  return (dp?.interfaces ?? []).map((item) => item.number).sort((a = 0, b = 0) => a - b);
}
