import type { Flow } from '@dovesnap/ovs';
import type { AttachedEndpoint, AttachedNetwork, Port } from '../../src/domain/attached-network.ts';
import { allowAllAcl, vethNames } from '../../src/domain/names.ts';
import type { NetworkSpec } from '../../src/domain/network.ts';
import { noOtherPorts } from '../../src/domain/other-ports.ts';

/** A network id of Docker's form. */
export const networkId = 'a1b2c3d4'.repeat(8);

/** A nat network without ports; what the test is about is given. */
export function sampleNetwork(
  given: Partial<AttachedNetwork> = {},
  spec: Partial<NetworkSpec> = {},
): AttachedNetwork {
  return {
    spec: {
      id: networkId,
      mode: 'nat',
      internal: false,
      subnets: [{ family: 'ipv4', pool: '10.9.0.0/24', gateway: '10.9.0.1/24' }],
      dpid: undefined,
      controllers: undefined,
      bridge: 'odsbra1b2c3d4a1',
      vlan: 100,
      mtu: undefined,
      userspace: undefined,
      preallocatePorts: undefined,
      defaultAcl: { everywhere: undefined, byNetwork: new Map() },
      vlanOutAcl: { everywhere: undefined, byNetwork: new Map() },
      natAcl: { everywhere: undefined, byNetwork: new Map() },
      localMac: undefined,
      isolated: false,
      lbPort: 99,
      addedPorts: [],
      ...spec,
    },
    engineId: 'RKVJ:HCRC',
    request: '{}',
    dpid: 0x1n,
    userspace: true,
    txOffload: undefined,
    mtu: 1500,
    controllers: ['tcp:127.0.0.1:6653'],
    mirrorPort: undefined,
    mirrorSeen: true,
    mirrorLink: undefined,
    createdAt: 1000,
    name: 'lab',
    gatewayGiven: undefined,
    gatewayBefore: undefined,
    life: new AbortController(),
    ports: new Map(),
    others: noOtherPorts(),
    aclTroubles: [],
    blocked: new Map(),
    notes: new Map(),
    ...given,
  };
}

/** Puts a ready port on a network. */
export function addPort(network: AttachedNetwork, ofPort: number, given: Partial<Port> = {}): Port {
  const port: Port = {
    ofPort,
    ...vethNames(network.spec.id, ofPort, 'a'),
    phase: 'ready',
    acls: [allowAllAcl],
    mirrored: false,
    freedAt: 0,
    closing: Promise.resolve(),
    held: false,
    lost: false,
    txOffload: false,
    endpoint: undefined,
    ...given,
  };
  network.ports.set(ofPort, port);
  return port;
}

/** An open endpoint. */
export function sampleEndpoint(given: Partial<AttachedEndpoint> = {}): AttachedEndpoint {
  return {
    id: 'e'.repeat(64),
    createdAt: 2000,
    ipv4: '10.9.0.2/24',
    ipv6: undefined,
    macGiven: false,
    mac: '02:00:0a:09:00:02',
    phase: 'open',
    reason: undefined,
    container: { id: 'c'.repeat(64), name: 'web', labels: {} },
    containerLink: 'eth0',
    ...given,
  };
}

/** A flow of the switch without a cookie. */
export function sampleFlow(table: number, priority: number, match: string, actions: string): Flow {
  return { table, priority, cookie: 0n, match, actions };
}
