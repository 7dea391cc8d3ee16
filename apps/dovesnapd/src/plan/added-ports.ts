import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Link } from '@dovesnap/netns';
import { findBridge, findPort, type PortSpec, type SwitchState } from '@dovesnap/ovs';
import { namedAcls } from '../domain/acl-choice.ts';
import type { AddedPort } from '../domain/added-ports.ts';
import type { AttachedNetwork } from '../domain/attached-network.ts';
import type { NetworkSpec } from '../domain/network.ts';
import { formatMark } from '../domain/record.ts';
import { highestOfPipeline, highestOfPort } from './egress-pipeline.ts';

/** The ports that a network's options ask for, under the numbers that they were given once. */
export function addedPortSpecs(network: AttachedNetwork, engineId: string): PortSpec[] {
  return network.spec.addedPorts.map((port) => ({
    name: port.name,
    ofPortRequest: port.ofPort ?? network.others.taken.get(port.name)?.ofPort,
    externalIds: formatMark(engineId, network.spec.id),
  }));
}

/** Why a network cannot have a port that its options ask for; undefined when it can. */
export function refusalOf(
  spec: Pick<NetworkSpec, 'vlanOutAcl'>,
  port: AddedPort,
  link: Link | undefined,
  { state, model }: { readonly state: SwitchState; readonly model: FaucetModel },
): string | undefined {
  if (link === undefined) return 'an interface that this host has';
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
    ...network.spec.addedPorts.flatMap((port) => port.ofPort ?? []),
    ...found.flatMap((item) => [item.ofPort ?? [], item.ofPortRequest ?? []].flat()),
    ...network.others.inFaucet.keys(),
  ];
}
