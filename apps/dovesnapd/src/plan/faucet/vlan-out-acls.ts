import {
  type Edit,
  type FaucetModel,
  removeVlan,
  setVlan,
  type VlanModel,
} from '@dovesnap/faucet-config';
import { aclsFor, namedAcls } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';
import { localOfPort, parseDpMark, vlanMark } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { sameAcls } from '../policy/same-acls.ts';
import { hasEgressPipeline } from './egress-pipeline.ts';

/** The ACLs that a network asks for on the output of its VLAN; undefined when it asks for none. */
export function vlanOutAcls(
  network: Pick<AttachedNetwork, 'spec' | 'record'>,
): readonly string[] | undefined {
  return aclsFor(network.spec.vlanOutAcl, network.record.name ?? '');
}

/** The edits that put them there; none when they are. They shape every datapath's pipeline: to be written alone. */
export function vlanOutEdits(
  network: AttachedNetwork,
  engineId: string,
  model: FaucetModel,
): Edit[] {
  const wanted = vlanOutAcls(network);
  const { vlan } = network.spec;
  const mark = vlanMark(engineId);
  if (wanted === undefined) return [];
  const entry = entryOf(model, vlan);
  if (entry === undefined) return [setVlan(vlan, { description: mark, aclsOut: wanted })];
  if (sameAcls(entry.aclsOut, wanted)) return [];
  const description = addMark(ownersWords(entry, mark), mark);
  return [setVlan(keyOf(entry), { description, aclsOut: wanted })];
}

/** What the VLAN of a network has otherwise than the network asks for; undefined when it is as asked. */
export function vlanOutDrift(network: AttachedNetwork, model: FaucetModel): string | undefined {
  const wanted = vlanOutAcls(network);
  const { vlan } = network.spec;
  const found = entryOf(model, vlan)?.aclsOut ?? [];
  if (wanted === undefined || sameAcls(found, wanted)) return undefined;
  return `is on VLAN ${vlan}, which has acls_out [${found.join(', ')}] instead of [${wanted.join(', ')}]`;
}

/** The edits that take away what we have put on VLANs for which `isWanted` says that nobody asks any more. */
export function unusedVlanOutEdits(
  model: FaucetModel,
  engineId: string,
  isWanted: (vlan: number) => boolean,
): Edit[] {
  const mark = vlanMark(engineId);
  return [...model.vlans.values()].flatMap((entry) => {
    const { vid } = entry;
    if (vid === undefined || !isMarked(entry, mark)) return [];
    if (isWanted(vid) || isOnAnotherHost(model, engineId, vid)) return [];
    const { description: _, acls_out: __, ...rest } = entry.raw;
    const words = ownersWords(entry, mark);
    return words === undefined && Object.keys(rest).length === 0
      ? [removeVlan(keyOf(entry))]
      : [setVlan(keyOf(entry), { description: words ?? null, aclsOut: null })];
  });
}

/** Why a network cannot have its ACLs on the output of its VLAN beside what is there; undefined when it can. */
export function vlanOutConflict(
  network: Pick<AttachedNetwork, 'spec' | 'record'>,
  others: readonly AttachedNetwork[],
  engineId: string,
  model: FaucetModel,
): string | undefined {
  const wanted = vlanOutAcls(network);
  if (wanted === undefined) return undefined;
  const { vlan } = network.spec;
  const twin = others.find((other) => {
    const acls = other.spec.vlan === vlan ? vlanOutAcls(other) : undefined;
    return acls !== undefined && !sameAcls(acls, wanted);
  });
  if (twin !== undefined) {
    const acls = vlanOutAcls(twin)?.join(',');
    return `network ${twin.record.name ?? twin.spec.bridge} has "${acls}" on VLAN ${vlan}`;
  }
  const entry = entryOf(model, vlan);
  if (entry === undefined || isMarked(entry, vlanMark(engineId))) return undefined;
  if (entry.aclsOut.length === 0 || sameAcls(entry.aclsOut, wanted)) return undefined;
  return `faucet.yaml has "${entry.aclsOut.join(',')}" on the output of VLAN ${vlan}`;
}

/** Why these ACLs cannot be on the output of a VLAN at all; undefined when they can. */
export function vlanOutObstacle(
  spec: Pick<NetworkSpec, 'defaultAcl' | 'natAcl' | 'vlanOutAcl' | 'addedPorts'>,
  model: FaucetModel,
): string | undefined {
  const named = namedAcls(spec.vlanOutAcl);
  const added = spec.addedPorts.flatMap((port) => port.acl ?? []);
  const own = [...namedAcls(spec.defaultAcl), ...namedAcls(spec.natAcl), ...added];
  const inFile = [...model.dps.values()].flatMap((dp) => dp.interfaces);
  const onPorts = new Set([...own, ...inFile.flatMap((item) => item.aclsIn)]);
  const shared = named.find((acl) => onPorts.has(acl));
  if (shared !== undefined) {
    return `ACL "${shared}" is a port's too, and Faucet crashes when an ACL is used in both places: copy it under another name`;
  }
  if (named.length === 0 || hasEgressPipeline(model)) return undefined;
  const high = inFile.find(
    ({ number = 0 }) => number > highestOfPipeline && number !== localOfPort,
  );
  return high === undefined
    ? undefined
    : `faucet.yaml has a port ${high.number}, and with an ACL on a VLAN's output Faucet takes ports up to ${highestOfPipeline} only`;
}

/** What faucet.yaml lists of a VLAN. */
export function entryOf(model: FaucetModel, vlan: number): VlanModel | undefined {
  return [...model.vlans.values()].find((entry) => entry.vid === vlan);
}

function keyOf(entry: VlanModel): number | string {
  return entry.key === String(entry.vid) ? Number(entry.key) : entry.key;
}

/** Whether what an entry has on its output is there because of us. */
export function isMarked(entry: VlanModel, mark: string): boolean {
  return entry.description === mark || entry.description?.endsWith(` (${mark})`) === true;
}

function addMark(words: string | undefined, mark: string): string {
  return words === undefined ? mark : `${words} (${mark})`;
}

/** The description without our mark. */
function ownersWords({ description }: VlanModel, mark: string): string | undefined {
  if (description === mark) return undefined;
  const suffix = ` (${mark})`;
  return description?.endsWith(suffix) ? description.slice(0, -suffix.length) : description;
}

/** Whether a network of another host is on this VLAN: it may rely on what we have put there. */
function isOnAnotherHost(model: FaucetModel, engineId: string, vlan: number): boolean {
  return [...model.dps.values()].some((dp) => {
    const engine = parseDpMark(String(dp.raw.description ?? ''))?.engine;
    const isAnother = engine !== undefined && engine !== engineId;
    return isAnother && dp.interfaces.some((item) => item.nativeVlan === vlan);
  });
}
