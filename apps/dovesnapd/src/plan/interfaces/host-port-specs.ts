import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Link, Route } from '@dovesnap/netns';
import { findBridge, findPort, type PortSpec, type SwitchState } from '@dovesnap/ovs';
import { namedAcls } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';
import { type HostPort, hostPortsOf } from '../../domain/host-ports.ts';
import { isVethName } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { formatMark } from '../../domain/record.ts';
import { highestOfPort } from '../faucet/egress-pipeline.ts';

/**
 * The host interfaces of a network as ports of its bridge, under the numbers that they were given once; an uplink only
 * from when it is to be there.
 */
export function hostPortSpecs(network: AttachedNetwork, engineId: string): PortSpec[] {
  const { taken } = network.record;
  return hostPortsOf(network.spec)
    .filter(({ uplink }) => uplink?.isOnBridge(network.record) ?? true)
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
  readonly networks: readonly Pick<AttachedNetwork, 'spec'>[];
}

/** Why a network cannot have a port that its options ask for; undefined when it can. */
export function refusalOf(
  spec: NetworkSpec,
  port: Pick<HostPort, 'name' | 'ofPort' | 'uplink'>,
  link: Link | undefined,
  around: Surroundings,
): string | undefined {
  const { state, model } = around;
  if (link === undefined) return 'an interface that this host has';
  if (isVethName(port.name)) return 'an interface that is no port of a network of this driver';
  const owner = around.networks.find((other) =>
    hostPortsOf(other.spec).some((item) => item.name === port.name),
  );
  if (owner !== undefined)
    return `an interface that no network has: it is bridge ${owner.spec.bridge}'s`;
  const refusal = port.uplink?.refusal(link, around.routes);
  if (refusal !== undefined) return refusal;
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

/** Numbers that the pool leaves alone: wanted by options, in use by others on the bridge, or still in Faucet. */
export function foreignNumbers(network: AttachedNetwork, state: SwitchState): number[] {
  const bridge = findBridge(state, network.spec.bridge);
  const found = (bridge?.ports ?? []).flatMap((port) => port.interfaces);
  return [
    ...hostPortsOf(network.spec).flatMap((port) => port.ofPort ?? []),
    ...found.flatMap((item) => [item.ofPort ?? [], item.ofPortRequest ?? []].flat()),
    ...network.record.inFaucet.keys(),
    ...[...network.record.taken.values()].flatMap((item) => item.ofPort ?? []),
  ];
}
