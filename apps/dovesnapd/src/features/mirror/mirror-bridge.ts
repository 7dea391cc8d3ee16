import {
  findBridge,
  findPort,
  type Operation,
  planBridge,
  planMirror,
  planPatch,
  planPorts,
  planRemoveBridge,
  planRemovePorts,
  type SwitchState,
} from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { BridgeLink } from '../../domain/network.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { carriesOurMark, formatMark, parseBridgeRecord } from '../../domain/record.ts';
import { isMirrorLinkName, mirrorLinkNames } from './mirror-names.ts';
import { formatMirrorRecord, parseMirrorRecord } from './mirror-record.ts';
import { isMirrored } from './mirror-treatment.ts';

/** The bridge that copies of frames leave through, as it is wanted. */
export interface MirrorBridge {
  readonly engineId: string;
  readonly name: string;
  readonly userspace: boolean;
  /** The interface that they leave through. */
  readonly out: string;
  readonly taken: ReadonlyMap<string, TakenDevice>;
  /** The networks that are mirrored. */
  readonly networks: readonly AttachedNetwork[];
}

/**
 * Plans the mirror bridge with its links. All of it stands in the database, so that a switch that is restarted needs
 * nobody. The packet's path: Faucet outputs a copy to the network's patch port; on the mirror bridge it enters the
 * network's VLAN, untagged as Faucet copies it or tagged as its egress pipeline does; NORMAL forwarding learns nothing
 * there (`flood_vlans`: both directions come in on one port) and floods it to the bridge's local port, a trunk and down,
 * and to no other patch port, because all are protected; what goes there an OVS mirror copies to the interface, tagged.
 * What comes in on the interface is dropped: the output of an OVS mirror takes nothing in (ovs-vswitchd.conf.db(5),
 * Mirror, output_port; seen with Open vSwitch 3.1.0).
 */
export function planMirrorBridge(state: SwitchState, wanted: MirrorBridge): readonly Operation[] {
  const { engineId, name, out, networks } = wanted;
  const linked = networks.filter((network) => findBridge(state, network.spec.bridge));
  return [
    ...planRemoveLinks(state, engineId, new Set(linked.map((network) => network.spec.id))),
    ...planRemovePorts(state, name, strangers(state, wanted)),
    ...planBridge(state, {
      name,
      datapathType: wanted.userspace ? 'netdev' : 'system',
      failMode: 'standalone',
      floodVlans: linked.flatMap(vlansOf),
      // NORMAL forwarding drops what bridges keep to themselves (01:80:c2:00:00:0x) otherwise.
      otherConfig: { 'forward-bpdu': 'true' },
      disableInBand: true,
      controllers: [],
      externalIds: formatMirrorRecord(engineId, wanted.taken),
    }),
    ...linked.flatMap((network) => planLink(state, engineId, name, network.spec)),
    ...planPorts(state, name, [{ name: out }]),
    ...planMirror(state, name, { name, selectDstPorts: [name], outputPort: out }),
  ];
}

/** Plans that an engine has no mirror bridge, and no network of its a link to one. */
export function planNoMirrorBridge(state: SwitchState, engineId: string): readonly Operation[] {
  return [
    ...planRemoveLinks(state, engineId, new Set()),
    ...mirrorBridges(state, engineId).flatMap(({ name }) => planRemoveBridge(state, name)),
  ];
}

/** The mirror bridges of an engine that are there, with what they have taken. */
export function mirrorBridges(
  state: SwitchState,
  engineId: string,
): { readonly name: string; readonly userspace: boolean; taken: Map<string, TakenDevice> }[] {
  return state.bridges.flatMap(({ name, datapathType, externalIds }) => {
    const record = parseMirrorRecord(externalIds);
    if (record?.engineId !== engineId) return [];
    return [{ name, userspace: datapathType === 'netdev', taken: record.taken }];
  });
}

/** Why the bridge cannot be; undefined when it can. */
export function mirrorBridgeObstacle(state: SwitchState, wanted: MirrorBridge): string | undefined {
  const { name, out, engineId } = wanted;
  const found = findBridge(state, name);
  if (found !== undefined && parseMirrorRecord(found.externalIds)?.engineId !== engineId) {
    return `a bridge ${name} that is not ours exists`;
  }
  if (findBridge(state, out) !== undefined) return `interface ${out} is a bridge itself`;
  const other = findPort(state, out)?.bridge.name;
  return other === undefined || other === name
    ? undefined
    : `interface ${out} is on bridge ${other}`;
}

/** A network's link to the mirror bridge as it stands; undefined while it is not there. */
export function findMirrorLink(state: SwitchState, spec: NetworkSpec): BridgeLink | undefined {
  const { onNetwork, onMirror } = mirrorLinkNames(spec.id);
  const ofPort = findPort(state, onNetwork)?.port.interfaces[0]?.ofPort;
  const peer = findPort(state, onMirror);
  if (ofPort === undefined || peer === undefined) return undefined;
  const closed =
    ofPort === spec.lbPort
      ? undefined
      : `another port of the bridge has its OpenFlow number ${spec.lbPort}`;
  const peerPort = peer.port.interfaces[0]?.ofPort;
  return {
    name: onNetwork,
    kind: 'mirror',
    ofPort,
    peer: { port: onMirror, bridge: peer.bridge.name, ofPort: peerPort },
    closed,
  };
}

function planLink(
  state: SwitchState,
  engineId: string,
  bridge: string,
  spec: NetworkSpec,
): readonly Operation[] {
  const { onNetwork, onMirror } = mirrorLinkNames(spec.id);
  const externalIds = formatMark(engineId, spec.id);
  return planPatch(state, [
    { bridge: spec.bridge, port: onNetwork, ofPortRequest: spec.lbPort, externalIds },
    {
      ...{ bridge, port: onMirror, externalIds },
      ...{ tag: spec.vlan, vlanMode: 'native-tagged', isProtected: true },
    },
  ]);
}

/** Copies come tagged from a bridge with Faucet's egress pipeline: then with the VLAN of the port, which may be its own. */
function vlansOf({ spec, observation }: AttachedNetwork): number[] {
  return [spec.vlan, ...observation.otherPorts.filter(isMirrored).map((port) => port.vlan)];
}

function planRemoveLinks(
  state: SwitchState,
  engineId: string,
  wanted: ReadonlySet<string>,
): readonly Operation[] {
  return state.bridges.flatMap((bridge) => {
    const record = parseBridgeRecord(bridge.externalIds);
    if (record?.engineId !== engineId || wanted.has(record.networkId)) return [];
    const links = bridge.ports.filter(
      (port) =>
        isMirrorLinkName(port.name) &&
        port.interfaces.some((item) => carriesOurMark(item.externalIds)),
    );
    const names = links.map((port) => port.name);
    return planRemovePorts(state, bridge.name, names);
  });
}

/** What is on the bridge and not wanted there: links of networks that went, an interface that is another's by now. */
function strangers(state: SwitchState, { name, out, networks }: MirrorBridge): string[] {
  const wanted = new Set([
    name,
    out,
    ...networks.map((network) => mirrorLinkNames(network.spec.id).onMirror),
  ]);
  const ports = findBridge(state, name)?.ports ?? [];
  return ports.map((port) => port.name).filter((port) => !wanted.has(port));
}
