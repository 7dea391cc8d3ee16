import { editText, parseFaucet } from '@dovesnap/faucet-config';
import type { Link } from '@dovesnap/netns';
import type { InterfaceState, PortState, SwitchState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import type { AddedPort } from '../../src/domain/added-ports.ts';
import { foreignNumbers, refusalOf } from '../../src/plan/added-ports.ts';
import { networkEdits, removalEdits } from '../../src/plan/faucet-edits.ts';
import { findOtherPorts } from '../../src/plan/find-other-ports.ts';
import {
  addedPortEdits,
  otherPortEdits,
  portsOfNewDatapath,
} from '../../src/plan/other-port-edits.ts';
import { giveDeviceBack, takeDevice, takenDevice } from '../../src/plan/taken-devices.ts';
import { addPort, sampleNetwork } from './sample.ts';

const operator = `acls:
  web:
    - rule: {actions: {allow: 1}}
dps:
  lab:
    dp_id: 0x1
    interfaces:
      1: {native_vlan: 100}
      30: {native_vlan: 7}
`;

const eth1: AddedPort = { name: 'eth1', role: 'untagged', ofPort: 5, acl: 'web', vlan: 20 };
const brain: AddedPort = {
  name: 'brain',
  role: 'coprocessor',
  ofPort: 6,
  acl: undefined,
  vlan: undefined,
};

function port(name: string, ...given: readonly Partial<InterfaceState>[]): PortState {
  const interfaces = given.map(
    (item, index): InterfaceState => ({
      uuid: `${name}-${index}`,
      name,
      type: '',
      ofPort: 20,
      ofPortRequest: undefined,
      error: undefined,
      ifindex: 7,
      mac: '52:54:00:00:00:01',
      mtu: 1500,
      mtuRequest: undefined,
      adminState: 'up',
      linkState: 'up',
      options: {},
      externalIds: {},
      ...item,
    }),
  );
  const forwarding = { tag: undefined, vlanMode: undefined, isProtected: false };
  return { uuid: name, name, interfaces, ...forwarding, externalIds: {} };
}

function stateWith(...ports: readonly PortState[]): SwitchState {
  const bridge = {
    uuid: 'b',
    name: sampleNetwork().spec.bridge,
    datapathType: 'netdev',
    datapathId: 1n,
    failMode: 'secure' as const,
    controllers: [],
    ports,
    mirrors: [],
    floodVlans: [],
    otherConfig: {},
    externalIds: {},
  };
  const theirs = { ...bridge, uuid: 't', name: 'theirs', ports: [port('q', { ofPort: 3 })] };
  return {
    uuid: 's',
    nextCfg: 0,
    curCfg: 0,
    ovsVersion: '3.1.0',
    datapathTypes: [],
    userspaceTsoRequested: false,
    otherConfig: {},
    externalIds: {},
    bridges: [bridge, theirs],
  };
}

function closedBy(found: PortState, network = sampleNetwork()): string | undefined {
  return findOtherPorts(network, stateWith(found), parseFaucet(operator))[0]?.closed;
}

describe('the ports that no container is behind', () => {
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

  test('of others are on the network’s VLAN and may send everything, unless their row says else', () => {
    const ids = { 'dovesnap.faucet.portacl': 'web', 'dovesnap.vlan': '20' };
    const state = stateWith(port('vnet0', {}), port('vnet1', { ofPort: 21, externalIds: ids }));
    expect(findOtherPorts(sampleNetwork(), state, parseFaucet(operator))).toMatchObject([
      { kind: 'external', ofPort: 20, vlan: 100, acls: ['dovesnap-allow-all'], closed: undefined },
      { kind: 'external', ofPort: 21, vlan: 20, acls: ['web'], closed: undefined },
    ]);
  });

  test('of the options have the policy and the number of the option, also while away', () => {
    const network = sampleNetwork({}, { addedPorts: [eth1, brain] });
    const before = { addresses: [], routes: [], merging: [], ifindex: 7, mac: undefined };
    network.others.taken.set('brain', { ...before, mtu: 1500, ofPort: 6 });
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
    expect(closedBy(port('x', acl('a/b')))).toContain('portacl cannot be "a/b"');
    expect(closedBy(port('x', {}, {}))).toContain('a bond of 2 interfaces');
    expect(closedBy(port('x', { ofPort: undefined, error: 'No such device' }))).toBe(
      'No such device',
    );
    expect(closedBy(port('x', { ofPort: undefined }))).toBe('its device is not there');
    expect(closedBy(port('x', { ifindex: 0 }))).toBe('its device is not there');
    expect(closedBy(port('x', { type: 'vxlan', ifindex: 0 }))).toBeUndefined();
    expect(closedBy(port('x', {}, {}))).toContain('a bond of 2 interfaces');
    const network = sampleNetwork();
    addPort(network, 20);
    expect(closedBy(port('x', {}), network)).toContain("that of a container's port");
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

describe('the edits for such ports', () => {
  const vnet0 = (given: Partial<InterfaceState> = {}) => stateWith(port('vnet0', given));

  function edited(network = sampleNetwork(), state = vnet0(), text = operator): string {
    const model = parseFaucet(text);
    const ports = findOtherPorts(network, state, model);
    const edits = otherPortEdits(network, 'lab', ports, model);
    return editText(
      text,
      edits.map((item) => item.edit),
    );
  }

  test('put a port in, and are none the second time', () => {
    const network = sampleNetwork();
    const text = edited(network);
    network.others.inFaucet.set(20, 'vnet0');
    const interfaces = parseFaucet(text).dps.get('lab')?.interfaces;
    expect(interfaces?.find((item) => item.number === 20)).toMatchObject({
      description: 'vnet0',
      nativeVlan: 100,
      aclsIn: ['dovesnap-allow-all'],
      opstatusReconf: true,
    });
    expect(edited(network, vnet0(), text)).toBe(text);
  });

  test('name a virtual machine where it is known', () => {
    const network = sampleNetwork();
    network.others.machines.set('vnet0', 'desktop');
    expect(edited(network)).toContain('desktop');
  });

  test('take a port out that has gone or is closed, and leave the file as it was', () => {
    const network = sampleNetwork();
    const text = edited(network);
    network.others.inFaucet.set(20, 'vnet0');
    expect(edited(network, stateWith(), text)).toBe(operator);
    const closed = { externalIds: { 'dovesnap.vlan': 'x' } };
    expect(edited(network, vnet0(closed), text)).toBe(operator);
  });

  test('never touch what the operator wrote, under a number in use or not', () => {
    expect(edited(sampleNetwork(), vnet0({ ofPort: 30 }))).toBe(operator);
    expect(edited(sampleNetwork(), stateWith())).toBe(operator);
  });

  test('are taken back from an operator’s datapath with the network', () => {
    const network = sampleNetwork({ dpid: 1n });
    const model = parseFaucet(operator);
    const pooled = [addPort(network, 40)];
    const text = edited(
      network,
      vnet0(),
      editText(operator, networkEdits(network, 'lab', pooled, 'engine', model)),
    );
    network.others.inFaucet.set(20, 'vnet0');
    const gone = removalEdits(network, 'lab', 'engine', parseFaucet(text));
    const left = parseFaucet(editText(text, gone)).dps.get('lab');
    expect(left).toEqual(model.dps.get('lab'));
  });

  test('put the options’ ports in with a new datapath, and only then', () => {
    const network = sampleNetwork({}, { addedPorts: [eth1, brain] });
    const state = stateWith(port('eth1', { ofPort: 5 }), port('brain', { ofPort: 6 }));
    const before = 'acls:\n  web:\n    - rule: {actions: {allow: 1}}\n';
    const model = parseFaucet(before);
    expect(portsOfNewDatapath(network, 'lab', state, model)).toMatchObject([
      { name: 'eth1', ofPort: 5 },
      { name: 'brain', ofPort: 6 },
    ]);
    // Not before their numbers are on record as ours.
    expect(addedPortEdits(network, 'lab', state, model)).toEqual([]);
    network.others.inFaucet.set(5, 'eth1').set(6, 'brain');
    const text = editText(before, [
      ...networkEdits(network, 'lab', [addPort(network, 1)], 'engine', model),
      ...addedPortEdits(network, 'lab', state, model),
    ]);
    const interfaces = parseFaucet(text).dps.get('lab')?.interfaces;
    expect(interfaces?.find((item) => item.number === 5)).toMatchObject({ nativeVlan: 20 });
    expect(interfaces?.find((item) => item.number === 6)).toMatchObject({
      coprocessor: true,
      nativeVlan: undefined,
    });
    expect(addedPortEdits(network, 'lab', state, parseFaucet(text))).toEqual([]);
  });
});

describe('numbers', () => {
  test('that others have, want, or have had are left alone by the pool', () => {
    const network = sampleNetwork({}, { addedPorts: [eth1] });
    network.others.inFaucet.set(8, 'vnet9');
    const state = stateWith(port('vnet0', { ofPort: 9, ofPortRequest: 10 }), port('p', {}));
    expect(foreignNumbers(network, state).sort((a, b) => a - b)).toEqual([5, 8, 9, 10, 20]);
  });
});

describe('a host interface', () => {
  const link: Link = {
    name: 'eth1',
    ifindex: 7,
    peerIfindex: undefined,
    peerNamespaceId: undefined,
    kind: undefined,
    mac: '52:54:00:00:00:01',
    mtu: 1500,
    up: true,
    running: true,
    alias: undefined,
    addresses: [
      { family: 'ipv4', address: '10.61.0.2', prefixLength: 24, scope: 'global' },
      { family: 'ipv6', address: 'fe80::1', prefixLength: 64, scope: 'link' },
    ],
  };
  const route = {
    destination: '10.62.0.0/24',
    via: '10.61.0.1',
    link: 'eth1',
    family: 'ipv4',
    type: 'unicast',
    protocol: 'boot',
    scope: undefined,
  } as const;

  test('is closed to the host before it goes up, on a userspace bridge only', () => {
    const kinds = (userspace: boolean) => takeDevice({ userspace }, link).map(({ kind }) => kind);
    expect(kinds(true)).toEqual(['seal-link', 'set-merging', 'remove-address', 'set-link']);
    expect(kinds(false)).toEqual(['remove-address', 'set-link']);
  });

  test('gets back what it had, but for what the kernel makes by itself', () => {
    const kernels = { ...route, destination: '10.61.0.0/24', via: undefined, protocol: 'kernel' };
    const before = takenDevice(link, {
      ...{ routes: [route, kernels, { ...route, link: 'eth2' }], merging: ['lro'], now: 0 },
    });
    const bare = { ...link, addresses: [] };
    expect(before).toMatchObject({
      addresses: [{ address: '10.61.0.2/24' }],
      routes: [{ via: '10.61.0.1' }],
    });
    expect(giveDeviceBack({ userspace: true }, bare, before, { routes: [], now: 0 })).toMatchObject(
      [
        { kind: 'unseal-link' },
        { kind: 'set-link', settings: { up: true } },
        { kind: 'add-address', address: '10.61.0.2/24' },
        { kind: 'add-route', route: { destination: '10.62.0.0/24' } },
        { kind: 'set-merging', link: 'eth1', features: ['lro'] },
      ],
    );
  });

  test('is refused when it is missing, a bridge, or on one', () => {
    const model = parseFaucet(operator);
    const state = stateWith(port('eth1', {}));
    const around = { state, model, routes: [], networks: [] };
    const refusal = (name: string, found: Link | undefined, ofPort?: number) =>
      refusalOf(sampleNetwork().spec, { ...eth1, name, ofPort }, found, around);
    expect(refusal('eth9', undefined)).toContain('that this host has');
    expect(refusal('theirs', link)).toContain('not a bridge itself');
    expect(refusal('eth1', link)).toContain(`it is on ${sampleNetwork().spec.bridge}`);
    expect(refusal('eth2', { ...link, master: 'br0' })).toContain('it is on br0');
    expect(refusal('eth2', link, 65279)).toBeUndefined();
    const vlanOutAcl = { everywhere: ['web'], byNetwork: new Map() };
    const high = { ...eth1, name: 'eth2', ofPort: 4093 };
    expect(refusalOf({ vlanOutAcl, mtu: undefined }, high, link, around)).toContain(
      'from 1 to 4092',
    );
  });
});
