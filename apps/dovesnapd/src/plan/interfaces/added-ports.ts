import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Link, Route } from '@dovesnap/netns';
import { findBridge, findPort, type PortSpec, type SwitchState } from '@dovesnap/ovs';
import { namedAcls } from '../../domain/acl-choice.ts';
import type { AddedPort } from '../../domain/added-ports.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { isVethName } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network.ts';
import { formatMark } from '../../domain/record.ts';
import { highestOfPipeline, highestOfPort } from '../faucet/egress-pipeline.ts';

/**
 * The ports that a network's options ask for, under the numbers that they were given once; a bound interface only from
 * when its addresses move.
 */
export function addedPortSpecs(network: AttachedNetwork, engineId: string): PortSpec[] {
  const { taken } = network.others;
  return network.spec.addedPorts
    .filter(({ name, role }) => role !== 'bound' || taken.get(name)?.moved === true)
    .map((port) => ({
      name: port.name,
      ofPortRequest: port.ofPort ?? taken.get(port.name)?.ofPort,
      externalIds: formatMark(engineId, network.spec.id),
    }));
}

/** What a port must fit in with. */
export interface Surroundings {
  readonly state: SwitchState;
  readonly model: FaucetModel;
  readonly routes: readonly Route[];
  /** The other networks of ours. */
  readonly networks: readonly Pick<NetworkSpec, 'bridge' | 'addedPorts'>[];
}

/** Why a network cannot have a port that its options ask for; undefined when it can. */
export function refusalOf(
  spec: Pick<NetworkSpec, 'vlanOutAcl' | 'mtu'>,
  port: AddedPort,
  link: Link | undefined,
  around: Surroundings,
): string | undefined {
  const { state, model } = around;
  if (link === undefined) return 'an interface that this host has';
  if (isVethName(port.name)) return 'an interface that is no port of a network of this driver';
  const owner = around.networks.find(({ addedPorts }) =>
    addedPorts.some((item) => item.name === port.name),
  );
  if (owner !== undefined)
    return `an interface that no network has: it is bridge ${owner.bridge}'s`;
  if (port.role === 'bound') {
    const refusal = refusalToBind(spec, link, around.routes);
    if (refusal !== undefined) return refusal;
  }
  const master = findPort(state, port.name)?.bridge.name ?? link.master;
  if (findBridge(state, port.name) !== undefined) return 'an interface that is not a bridge itself';
  if (master !== undefined) return `an interface that is on no bridge: it is on ${master}`;
  const bringsPipeline = namedAcls(spec.vlanOutAcl).length > 0;
  const highest = bringsPipeline ? highestOfPipeline : highestOfPort(model);
  if (port.ofPort !== undefined && port.ofPort > highest) {
    return `an OFPORT from 1 to ${highest}, because of Faucet's egress pipeline, which comes with an ACL on the output of a VLAN`;
  }
  return undefined;
}

function refusalToBind(
  spec: Pick<NetworkSpec, 'mtu'>,
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

/** Numbers that the pool leaves alone: wanted by options, in use by others on the bridge, or still in Faucet. */
export function foreignNumbers(network: AttachedNetwork, state: SwitchState): number[] {
  const bridge = findBridge(state, network.spec.bridge);
  const found = (bridge?.ports ?? []).flatMap((port) => port.interfaces);
  return [
    ...network.spec.addedPorts.flatMap((port) => port.ofPort ?? []),
    ...found.flatMap((item) => [item.ofPort ?? [], item.ofPortRequest ?? []].flat()),
    ...network.others.inFaucet.keys(),
    ...[...network.others.taken.values()].flatMap((item) => item.ofPort ?? []),
  ];
}
