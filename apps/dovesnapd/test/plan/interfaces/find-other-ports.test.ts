import { checkConfig, parseFaucet } from '@dovesnap/faucet-config';
import type { PortState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { recordTaken } from '../../../src/domain/network-record.ts';
import { findOtherPorts } from '../../../src/plan/interfaces/find-other-ports.ts';
import { marked, markTreatment, treating } from '../../sample-treatments.ts';
import { addPort, sampleHostPorts, sampleNetwork } from '../sample.ts';
import { brain, eth1, operator, port, stateWith } from './other-ports-sample.ts';

function closedBy(found: PortState, network = sampleNetwork()): string | undefined {
  return findOtherPorts(network, stateWith(found), parseFaucet(operator))[0]?.closed;
}

describe('the ports without a container', () => {
  test('leave out the bridge’s own, the pool’s, and what carries our mark', () => {
    const network = sampleNetwork();
    const marked = { externalIds: { 'dovesnap.network': network.spec.id } };
    const state = stateWith(
      port(network.spec.bridge, { type: 'internal' }),
      port(addPort(network, 1).hostLink, marked),
      port('vnet0', {}),
    );
    const found = findOtherPorts(network, state, parseFaucet(operator));
    expect(found.map((item) => item.name)).toEqual(['vnet0']);
  });

  test('leave out what the switch has yet to look at, unless it is an interface that was away', () => {
    const added = sampleNetwork({ features: [sampleHostPorts(eth1)] });
    const state = stateWith(
      port('vnet0', { ofPort: undefined, ifindex: undefined }),
      port('eth1', { ofPort: undefined, ifindex: undefined }),
    );
    expect(findOtherPorts(added, state, parseFaucet(operator))).toEqual([]);
    const before = { addresses: [], routes: [], merging: [], ifindex: 7, mac: undefined };
    recordTaken(added.record, 'eth1', { ...before, mtu: 1500, ofPort: 5 });
    expect(findOtherPorts(added, state, parseFaucet(operator))).toMatchObject([{ name: 'eth1' }]);
  });

  test('of others are on the network’s VLAN and may send everything, unless their row says else', () => {
    const ids = { 'dovesnap.faucet.portacl': 'web', 'dovesnap.vlan': '20' };
    const state = stateWith(port('vnet0', {}), port('vnet1', { ofPort: 21, externalIds: ids }));
    expect(findOtherPorts(sampleNetwork(), state, parseFaucet(operator))).toMatchObject([
      { kind: 'external', ofPort: 20, vlan: 100, acls: ['dovesnap-allow-all'], closed: undefined },
      { kind: 'external', ofPort: 21, vlan: 20, acls: ['web'], closed: undefined },
    ]);
  });

  test('of the options have the policy and the number of the option, also while away', () => {
    const network = sampleNetwork({ features: [sampleHostPorts(eth1, brain)] });
    const before = { addresses: [], routes: [], merging: [], ifindex: 7, mac: undefined };
    recordTaken(network.record, 'brain', { ...before, mtu: 1500, ofPort: 6 });
    const gone = { ofPort: undefined, ifindex: undefined, error: 'No such device' };
    const state = stateWith(port('eth1', { ofPort: 5 }), port('brain', gone));
    expect(findOtherPorts(network, state, parseFaucet(operator))).toMatchObject([
      { kind: 'physical', ofPort: 5, vlan: 20, acls: ['web'], closed: undefined },
      { kind: 'coprocessor', ofPort: 6, closed: undefined },
    ]);
  });

  test('that lead to another bridge say where', () => {
    const patch = { type: 'patch', options: { peer: 'q' }, ifindex: 0 };
    const found = findOtherPorts(
      sampleNetwork(),
      stateWith(port('p', patch)),
      parseFaucet(operator),
    );
    expect(found).toMatchObject([
      { kind: 'patch', closed: undefined, peer: { port: 'q', bridge: 'theirs', ofPort: 3 } },
    ]);
  });

  test('are closed, with the reason, when they cannot be in the network as they are', () => {
    const acl = (value: string) => ({ externalIds: { 'dovesnap.faucet.portacl': value } });
    expect(closedBy(port('x', acl('nosuch')))).toBe('ACL "nosuch" is not in faucet.yaml');
    expect(closedBy(port('x', acl('y'.repeat(100_000))))?.length).toBeLessThan(150);
    expect(closedBy(port('x', acl('a/b')))).toContain('portacl cannot be "a/b"');
    expect(closedBy(port('x', {}, {}))).toContain('a bond of 2 interfaces');
    expect(closedBy(port('x', { ofPort: undefined, error: 'No such device' }))).toBe(
      'No such device',
    );
    expect(closedBy(port('x', { ifindex: 0 }))).toBe('its device is not there');
    expect(closedBy(port('x', { type: 'vxlan', ifindex: 0 }))).toBeUndefined();
    expect(closedBy(port('x', {}, {}))).toContain('a bond of 2 interfaces');
    const network = sampleNetwork();
    addPort(network, 20);
    expect(closedBy(port('x', {}), network)).toContain("that of a container's port");
  });

  test('are closed under an ACL of which the switch does not take a rule', () => {
    const lacking = '{rule: {tcp_dst: 80, actions: {allow: 1}}}';
    const text = `acls: {web: [${lacking}]}\ndps: {lab: {dp_id: 1, interfaces: {1: {native_vlan: 1}}}}\n`;
    const tap = port('x', { externalIds: { 'dovesnap.faucet.portacl': 'web' } });
    const [found] = findOtherPorts(
      sampleNetwork(),
      stateWith(tap),
      parseFaucet(text),
      checkConfig(text),
    );
    expect(found?.closed).toMatch(/^the switch does not take a rule of ACL "web" .*line 1\)/);
  });

  test('tell the devices that the bridge reads, by their own names', () => {
    const bond = port('bond', { name: 'b1' }, { name: 'b2', ifindex: 8 });
    const tunnel = port('vx', { type: 'vxlan', ifindex: 0 });
    const state = stateWith(bond, tunnel, port('x', { ifindex: 0 }));
    expect(findOtherPorts(sampleNetwork(), state, parseFaucet(operator))).toMatchObject([
      {
        devices: [
          { name: 'b1', ifindex: 7 },
          { name: 'b2', ifindex: 8 },
        ],
        gone: false,
      },
      { devices: [], gone: false },
      { devices: [], gone: true },
    ]);
  });

  test('above 4092 are closed once there is an egress pipeline', () => {
    const high = stateWith(port('x', { ofPort: 5000 }));
    const egress = operator.replace('dps:', 'vlans:\n  9: {acls_out: [web]}\ndps:');
    expect(findOtherPorts(sampleNetwork(), high, parseFaucet(operator))[0]?.closed).toBeUndefined();
    expect(findOtherPorts(sampleNetwork(), high, parseFaucet(egress))[0]?.closed).toContain('4092');
  });
});

describe('what a row asks of a feature', () => {
  const ask = (...features: Parameters<typeof treating>[]) => {
    const network = sampleNetwork({ features: features.map((one) => treating(...one)) });
    const tap = port('vnet0', { externalIds: { [markTreatment.label]: 'true' } });
    const [found] = findOtherPorts(network, stateWith(tap), parseFaucet(operator));
    return [found?.closed, found?.remark, found?.treatments];
  };

  test('is remembered, with why the network cannot do it', () => {
    expect(ask([markTreatment])).toEqual([undefined, undefined, marked]);
    expect(ask([markTreatment, 'it is plain'])).toEqual([undefined, 'it is plain', marked]);
  });

  test('is said to be unknown when no feature does it', () => {
    const remark = `external_ids:${markTreatment.label} is unknown: did you mean dovesnap.faucet.portacl?`;
    expect(ask()).toEqual([undefined, remark, new Map()]);
  });
});
