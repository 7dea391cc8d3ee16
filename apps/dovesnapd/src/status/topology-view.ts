import type { Topology, TopologyBridge, TopologyGateway, TopologyPort } from '@dovesnap/graph';
import type { Endpoint, NetworkView } from '../domain/network.ts';

/** The networks as a picture's value. */
export function topologyView(networks: readonly NetworkView[], hostname: string): Topology {
  return { title: hostname, bridges: networks.map(bridgeOf) };
}

function bridgeOf(view: NetworkView): TopologyBridge {
  const { spec } = view;
  return {
    name: spec.bridge,
    network: view.name,
    mode: spec.mode,
    dpid: `0x${view.dpid.toString(16)}`,
    vlan: spec.vlan,
    gateway: gatewayOf(view),
    ports: [
      ...view.endpoints.map((endpoint) => containerPort(endpoint, spec.vlan)),
      ...view.externalPorts.map(
        (port): TopologyPort => ({
          name: port.name,
          kind: 'external',
          mac: port.mac === '' ? undefined : port.mac,
          ofPort: port.ofPort,
        }),
      ),
    ],
  };
}

function gatewayOf({ spec }: NetworkView): TopologyGateway | undefined {
  const address = spec.subnets.find((subnet) => subnet.gateway !== undefined)?.gateway;
  if (spec.mode === 'flat' || address === undefined) return undefined;
  return { address, mode: spec.mode };
}

function containerPort(endpoint: Endpoint, vlan: number): TopologyPort {
  return {
    name: endpoint.container?.name ?? `endpoint ${endpoint.id.slice(0, 12)}`,
    kind: 'container',
    mac: endpoint.mac,
    ip: (endpoint.ipv4 ?? endpoint.ipv6)?.split('/', 1)[0],
    ofPort: endpoint.ofPort,
    vlan,
    acl: endpoint.acls.length === 0 ? undefined : endpoint.acls.join(','),
    state: endpoint.phase === 'open' ? undefined : endpoint.phase,
  };
}
