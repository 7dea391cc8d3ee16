import type {
  Topology,
  TopologyBridge,
  TopologyGateway,
  TopologyLink,
  TopologyPort,
} from '@dovesnap/graph';
import { aclsFor } from '../domain/acl-choice.ts';
import type { AclChoice, Endpoint, ExternalPort, NetworkView } from '../domain/network.ts';
import { treatmentsOn } from '../domain/network-feature.ts';
import { drawnTreatments, type Treatment } from '../domain/treatments.ts';

/** The networks as a picture's value. */
export function topologyView(networks: readonly NetworkView[], hostname: string): Topology {
  const links = withoutTwins(networks.flatMap(linksOf));
  const bridges = networks.map(bridgeOf);
  return links.length === 0 ? { title: hostname, bridges } : { title: hostname, bridges, links };
}

function bridgeOf(view: NetworkView): TopologyBridge {
  const { spec } = view;
  const treatments = treatmentsOn(spec);
  return {
    name: spec.bridge,
    network: view.name,
    mode: spec.mode,
    dpid: `0x${spec.dpid.toString(16)}`,
    vlan: spec.vlan,
    outAcl: aclOf(spec.vlanOutAcl, view),
    mtu: spec.mtu,
    userspace: spec.userspace,
    icc: spec.isolated ? false : undefined,
    mac: spec.localMac,
    controllers: spec.controllers,
    readyPorts: spec.preallocatePorts,
    gateway: gatewayOf(view),
    ports: [
      ...view.endpoints.map((endpoint) => containerPort(endpoint, spec.vlan, treatments)),
      ...view.externalPorts.map((port) => externalPort(port, treatments)),
    ],
  };
}

function externalPort(port: ExternalPort, known: readonly Treatment[]): TopologyPort {
  return {
    name: port.machine ?? port.name,
    kind: port.kind,
    mac: port.mac === '' ? undefined : port.mac,
    ofPort: port.ofPort,
    vlan: port.kind === 'coprocessor' ? undefined : port.vlan,
    acl: port.acls.join(',') || undefined,
    ...drawnTreatments(known, port.treatments),
    state: port.closed === undefined ? undefined : 'closed',
  };
}

function linksOf({ spec, bridgeLinks }: NetworkView): TopologyLink[] {
  return bridgeLinks.map(({ kind, ofPort, peer }) => ({
    from: { bridge: spec.bridge, ofPort },
    to: { bridge: peer.bridge, ofPort: peer.ofPort },
    kind,
  }));
}

/** Of a link between two of the networks, which each of them has, one end is enough. */
function withoutTwins(links: readonly TopologyLink[]): TopologyLink[] {
  return links.filter(
    ({ from, to }, index) =>
      !links.some(
        (other, at) =>
          at < index &&
          other.from.bridge === to.bridge &&
          other.from.ofPort === to.ofPort &&
          other.to.bridge === from.bridge &&
          other.to.ofPort === from.ofPort,
      ),
  );
}

function gatewayOf(view: NetworkView): TopologyGateway | undefined {
  const { spec } = view;
  const address = spec.subnets.find((subnet) => subnet.gateway !== undefined)?.gateway;
  if (spec.mode === 'flat' || address === undefined) return undefined;
  return { address, mode: spec.mode, mac: spec.localMac, acl: aclOf(spec.natAcl, view) };
}

/** The ACLs of a choice that hold on the network; undefined when there are none. */
function aclOf(choice: AclChoice, { name }: NetworkView): string | undefined {
  return aclsFor(choice, name ?? '')?.join(',');
}

function containerPort(
  endpoint: Endpoint,
  vlan: number,
  known: readonly Treatment[],
): TopologyPort {
  return {
    name: endpoint.container?.name ?? `endpoint ${endpoint.id.slice(0, 12)}`,
    kind: 'container',
    mac: endpoint.mac,
    ip: (endpoint.ipv4 ?? endpoint.ipv6)?.split('/', 1)[0],
    ofPort: endpoint.ofPort,
    vlan,
    acl: endpoint.acls.length === 0 ? undefined : endpoint.acls.join(','),
    ...drawnTreatments(known, endpoint.treatments),
    state: endpoint.phase === 'open' ? undefined : endpoint.phase,
  };
}
