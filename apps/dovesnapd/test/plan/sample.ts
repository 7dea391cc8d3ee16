import type { Flow } from '@dovesnap/ovs';
import type {
  AttachedEndpoint,
  AttachedNetwork,
  Port,
  PortBody,
  PortLife,
} from '../../src/domain/attached-network.ts';
import { allowAllAcl, vethNames } from '../../src/domain/names.ts';
import type { NetworkFeature } from '../../src/domain/network-feature.ts';
import { newNotes } from '../../src/domain/network-notes.ts';
import { nothingObserved } from '../../src/domain/network-observation.ts';
import { emptyRecord, type NetworkRecord } from '../../src/domain/network-record.ts';
import type { NetworkSpec } from '../../src/domain/network-spec.ts';
import type { AddedPort } from '../../src/domain/parse-added-ports.ts';
import { noTreatments } from '../../src/domain/treatments.ts';

/** A network id of Docker's form. */
export const networkId = 'a1b2c3d4'.repeat(8);

/** A nat network without ports; what the test is about is given. */
export function sampleNetwork(
  spec: Partial<NetworkSpec> = {},
  record: Partial<NetworkRecord> = {},
): AttachedNetwork {
  return {
    spec: {
      id: networkId,
      mode: 'nat',
      internal: false,
      subnets: [{ family: 'ipv4', pool: '10.9.0.0/24', gateway: '10.9.0.1/24' }],
      bridge: 'odsbra1b2c3d4a1',
      vlan: 100,
      isVlanGiven: false,
      preallocatePorts: undefined,
      defaultAcl: { everywhere: undefined, byNetwork: new Map() },
      vlanOutAcl: { everywhere: undefined, byNetwork: new Map() },
      natAcl: { everywhere: undefined, byNetwork: new Map() },
      localMac: undefined,
      isolated: false,
      lbPort: 99,
      addedPorts: [],
      boundInterface: undefined,
      engineId: 'RKVJ:HCRC',
      request: '{}',
      createdAt: 1000,
      dpid: 0x1n,
      dpidText: undefined,
      userspace: true,
      mtu: 1500,
      controllers: ['tcp:127.0.0.1:6653'],
      features: [],
      ...spec,
    },
    record: { ...emptyRecord(), name: 'lab', ...record },
    observation: nothingObserved(),
    notes: newNotes([]),
    life: new AbortController(),
    ports: new Map(),
  };
}

/** What the notes on a network say. */
export function sentencesOf({ notes }: AttachedNetwork): readonly string[] {
  return [...notes.values()].map(({ sentence }) => sentence);
}

/** A feature that makes host interfaces ports of a network. */
export function sampleHostPorts(...ports: readonly AddedPort[]): NetworkFeature {
  const option = 'ovs.bridge.add_ports';
  return { name: 'ports', hostPorts: ports.map((port) => ({ ...port, option })) };
}

/** A feature that makes a host interface the uplink of a network, which is on the bridge. */
export function sampleUplink(name: string): NetworkFeature {
  const option = 'ovs.bridge.bind_interface';
  const uplink = { refusal: () => undefined, isOnBridge: () => true };
  const untagged = {
    role: 'untagged',
    ofPort: undefined,
    acl: undefined,
    vlan: undefined,
  } as const;
  return { name: 'uplink', hostPorts: [{ name, ...untagged, option, uplink }] };
}

/** What a test says of a port. */
export type GivenPort = Partial<PortBody & { [K in keyof PortLife]: PortLife[K] }>;

/** Puts a port whose flows have been seen on a network: free, or open to its endpoint. */
export function addPort(network: AttachedNetwork, ofPort: number, given: GivenPort = {}): Port {
  const phase = given.phase ?? (given.endpoint === undefined ? 'free' : 'open');
  const isOnSwitch = phase !== 'building' && phase !== 'dirty';
  const port = {
    ofPort,
    ...vethNames(network.spec.id, ofPort, 'a'),
    acls: [allowAllAcl],
    treatments: noTreatments,
    freedAt: 0,
    closing: Promise.resolve(),
    attempt: 0,
    txOffload: false,
    flows: isOnSwitch ? 'seen' : undefined,
    endpoint: undefined,
    held: phase === 'left',
    reason: undefined,
    ...given,
    phase,
  } as Port;
  network.ports.set(ofPort, port);
  return port;
}

/** An endpoint whose container is known. */
export function sampleEndpoint(given: Partial<AttachedEndpoint> = {}): AttachedEndpoint {
  return {
    id: 'e'.repeat(64),
    createdAt: 2000,
    ipv4: '10.9.0.2/24',
    ipv6: undefined,
    macGiven: false,
    mac: '02:00:0a:09:00:02',
    container: { id: 'c'.repeat(64), name: 'web', labels: {} },
    containerLink: 'eth0',
    ...given,
  };
}

/** A flow of the switch without a cookie. */
export function sampleFlow(table: number, priority: number, match: string, actions: string): Flow {
  return { table, priority, cookie: 0n, match, actions };
}
