import type { Link, Route } from '@dovesnap/netns';
import type { RequestedSpec } from '../../domain/network.ts';
import type { NetworkFeature } from '../../domain/network-feature.ts';

/** What binding does to a network: a host interface that its options name becomes its uplink. */
export function boundNetwork(spec: Pick<RequestedSpec, 'boundInterface' | 'mtu'>): NetworkFeature {
  const name = spec.boundInterface;
  if (name === undefined) return { name: 'binding' };
  return {
    name: 'binding',
    hostPorts: [
      {
        ...{ name, role: 'untagged', ofPort: undefined, acl: undefined, vlan: undefined },
        option: 'ovs.bridge.bind_interface',
        uplink: {
          refusal: (link, routes) => refusalToBind(spec, link, routes),
          isOnBridge: ({ taken }) => taken.get(name)?.moved === true,
        },
      },
    ],
  };
}

function refusalToBind(
  spec: Pick<RequestedSpec, 'mtu'>,
  link: Link,
  routes: readonly Route[],
): string | undefined {
  if (link.kind === 'bridge' || link.kind === 'openvswitch') {
    return 'an interface that is not a bridge itself';
  }
  if (link.mac === undefined) return 'an Ethernet interface';
  const split = routes.find((route) => route.link === link.name && route.multipath === true);
  if (split !== undefined) {
    return `an interface without routes that have several next hops, as that to ${split.destination} has`;
  }
  if ((spec.mtu ?? 0) > link.mtu) {
    return `an interface with at least the network's MTU of ${spec.mtu}: it has ${link.mtu}`;
  }
  return undefined;
}
