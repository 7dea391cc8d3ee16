import type { Endpoint, NetworkView } from '../../src/domain/network.ts';
import type { NetworkEvent } from '../../src/domain/network-event.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import type { FailingEffect, PartHealth, StatusSource } from '../../src/status/source.ts';
import { marked, markTreatment, treating } from '../sample-treatments.ts';

export const NET: string = 'a'.repeat(64);
export const END: string = 'b'.repeat(64);
export const WEB: string = 'c'.repeat(64);

export const web: Endpoint = {
  id: END,
  networkId: NET,
  phase: 'open',
  reason: undefined,
  container: { id: WEB, name: 'web', labels: { 'dovesnap.faucet.portacl': 'a,b', note: '"q"' } },
  ipv4: '10.9.0.2/24',
  ipv6: undefined,
  mac: '0e:00:00:00:00:02',
  macGiven: false,
  ofPort: 7,
  hostLink: 'dsh0007',
  containerLink: 'eth0',
  acls: ['a', 'b'],
  treatments: noTreatments,
  createdAt: 1_700_000_000_000,
};

/** An endpoint whose container is not known yet. */
export const unknown: Endpoint = {
  ...web,
  id: 'd'.repeat(64),
  phase: 'pending',
  reason: 'Docker does not answer',
  container: undefined,
  ipv4: undefined,
  mac: undefined,
  ofPort: 8,
  hostLink: 'dsh0008',
  containerLink: undefined,
  acls: [],
};

export const mynet: NetworkView = {
  spec: {
    id: NET,
    mode: 'nat',
    internal: false,
    subnets: [{ family: 'ipv4', pool: '10.9.0.0/24', gateway: '10.9.0.1/24' }],
    dpid: 2n ** 64n - 1n,
    dpidText: '0xffffffffffffffff',
    controllers: ['tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654'],
    bridge: 'odsbraaaaaaaaaa',
    vlan: 100,
    isVlanGiven: true,
    mtu: 1500,
    userspace: true,
    preallocatePorts: 5,
    defaultAcl: { everywhere: ['base'], byNetwork: new Map([['mynet', ['web']]]) },
    vlanOutAcl: { everywhere: undefined, byNetwork: new Map([['mynet', ['out']]]) },
    natAcl: { everywhere: ['guard'], byNetwork: new Map() },
    localMac: '0e:00:00:00:00:01',
    isolated: false,
    lbPort: 99,
    addedPorts: [{ name: 'eth1', role: 'untagged', ofPort: 20, acl: undefined, vlan: 30 }],
    boundInterface: undefined,
    engineId: 'RKVJ:HCRC',
    request: '{}',
    createdAt: 1_700_000_000_000,
    features: [treating(markTreatment)],
  },
  name: 'mynet',
  endpoints: [web, unknown],
  freePorts: 6,
  freePlainPorts: 5,
  totalPorts: 8,
  externalPorts: [
    {
      name: 'vnet0',
      ofPort: 20,
      mac: '52:54:00:00:00:01',
      kind: 'external',
      machine: 'desktop',
      vlan: 100,
      acls: ['dovesnap-allow-all'],
      treatments: marked,
      closed: undefined,
    },
  ],
  bridgeLinks: [],
  aclTroubles: [{ acl: 'guard', problem: 'missing', sentence: 'it is gone' }],
  notes: ['a note'],
};

/** A flat network whose name is not known yet and that nobody is on. */
export const nameless: NetworkView = {
  ...mynet,
  spec: {
    ...mynet.spec,
    id: 'e'.repeat(64),
    mode: 'flat',
    subnets: [],
    dpid: 0xabcn,
    dpidText: undefined,
    bridge: 'odsbreeeeeeeeee',
    preallocatePorts: undefined,
    defaultAcl: { everywhere: undefined, byNetwork: new Map() },
  },
  name: undefined,
  endpoints: [],
  externalPorts: [],
  bridgeLinks: [],
  aclTroubles: [],
  notes: [],
};

/** An event on {@link mynet}. */
export function event(
  operation: NetworkEvent['operation'],
  given: Partial<NetworkEvent> = {},
): NetworkEvent {
  return {
    id: 1,
    at: 1_700_000_000_999,
    operation,
    network: mynet,
    endpoint: undefined,
    ...given,
  };
}

export function statusSource(
  networks: readonly NetworkView[],
  away: readonly PartHealth['part'][] = [],
  failing: readonly FailingEffect[] = [],
): StatusSource {
  return {
    onEvent: () => () => undefined,
    shortEngineId: '13A26F',
    hostname: 'host1',
    networks: () => networks,
    failing: () => failing,
    health: () =>
      (['docker', 'ovs', 'faucet'] as const).map((part) => ({
        part,
        up: !away.includes(part),
        detail: away.includes(part) ? 'it does not answer' : undefined,
      })),
  };
}
