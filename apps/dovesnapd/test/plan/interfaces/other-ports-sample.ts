import type { InterfaceState, PortState, SwitchState } from '@dovesnap/ovs';
import type { AddedPort } from '../../../src/domain/parse-added-ports.ts';
import { sampleNetwork } from '../sample.ts';

/** An operator's faucet.yaml with a datapath of the sample network. */
export const operator = `acls:
  web:
    - rule: {actions: {allow: 1}}
dps:
  lab:
    dp_id: 0x1
    interfaces:
      1: {native_vlan: 100}
      30: {native_vlan: 7}
`;

/** A host interface of a network's options. */
export const eth1: AddedPort = { name: 'eth1', role: 'untagged', ofPort: 5, acl: 'web', vlan: 20 };
/** A coprocessor of a network's options. */
export const brain: AddedPort = {
  name: 'brain',
  role: 'coprocessor',
  ofPort: 6,
  acl: undefined,
  vlan: undefined,
};

/** A port with these interfaces, each on a device of its own under number 20; what is given differs. */
export function port(name: string, ...given: readonly Partial<InterfaceState>[]): PortState {
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
      cutsSegments: undefined,
      options: {},
      otherConfig: {},
      externalIds: {},
      columns: {},
      ...item,
    }),
  );
  const forwarding = { tag: undefined, vlanMode: undefined, trunks: [], isProtected: false };
  const maps = { otherConfig: {}, externalIds: {}, columns: {} };
  return { uuid: name, name, interfaces, ...forwarding, ...maps };
}

/** A switch with these ports on the sample network's bridge, and another bridge. */
export function stateWith(...ports: readonly PortState[]): SwitchState {
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
    protocols: [],
    otherConfig: {},
    externalIds: {},
    columns: {},
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
