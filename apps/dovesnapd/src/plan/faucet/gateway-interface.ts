import {
  type Edit,
  type FaucetModel,
  type InterfaceModel,
  removeInterface,
  setInterface,
  type YamlValue,
} from '@dovesnap/faucet-config';
import { aclsFor } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { usesLocalPort } from '../../domain/host-ports.ts';
import { allowAllAcl, dpMark, localOfPort } from '../../domain/names.ts';
import type { GatewayBefore } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { driftFrom, interfaceOf, interfacePolicy } from '../policy/interface-policy.ts';
import { otherRoles } from '../policy/interface-roles.ts';
import { sameAcls } from '../policy/same-acls.ts';

/** What has to be done about the interface of a network's gateway, in a flat network that of the host. */
export interface GatewayPlan {
  readonly edits: readonly Edit[];
  /** What the file said before us, once the edits are in it; undefined: the network has neither. */
  readonly before: GatewayBefore | undefined;
  /** Why there are no edits: an operator's own interface says otherwise than the network needs. */
  readonly conflict: string | undefined;
  /** What it says otherwise than wanted; undefined when it is as wanted. */
  readonly drift: string | undefined;
}

/** Whose the bridge's local port is; in faucet.yaml its description. */
export function localOwner(spec: NetworkSpec): string {
  return spec.mode === 'flat' ? 'host' : 'gateway';
}

/**
 * Plans the gateway's interface. One that an operator has declared keeps what it says: only keys that it lacks are added.
 * Where it says otherwise than the network needs, neither gives way and nothing is written.
 */
export function planGatewayInterface(network: AttachedNetwork, model: FaucetModel): GatewayPlan {
  if (!usesLocalPort(network.spec)) {
    return { edits: [], before: undefined, conflict: undefined, drift: undefined };
  }
  const found = interfaceOf(network.record, localOfPort, model);
  const before = network.record.gatewayBefore ?? beforeUs(network, found, model);
  if (before === 'nothing' || found === undefined) return planOwn(network, found);
  const conflict = conflictWith(network, before, found, model);
  if (conflict !== undefined) return { edits: [], before, conflict, drift: conflict };
  const acls = aclsFor(network.spec.natAcl, network.record.name ?? '') ?? [allowAllAcl];
  const needed: Readonly<Record<string, YamlValue>> = {
    native_vlan: network.spec.vlan,
    acls_in: acls,
    opstatus_reconf: false,
  };
  const set = Object.entries(needed).filter(
    ([key, value]) => (key in before || lacks(found, key)) && !says(found, key, value),
  );
  const added = set.map(([key]) => [key, before[key] ?? found.raw[key] ?? null] as const);
  return {
    edits:
      set.length === 0
        ? []
        : [
            setInterface(network.record.name ?? '', localOfPort, {
              other: Object.fromEntries(set),
            }),
          ],
    before: { ...Object.fromEntries(added), ...before },
    conflict: undefined,
    drift: set.length === 0 ? undefined : `lacks ${set.map(([key]) => key).join(', ')}`,
  };
}

/**
 * The edit that gives a gateway whose interface somebody has changed other flows than it has had, under the policy that
 * it is to have: its ACLs twice, where the second time never matches. Undefined: it is as wanted, or its ACLs are not ours
 * to write.
 */
export function twiceGatewayEdit(network: AttachedNetwork, model: FaucetModel): Edit | undefined {
  const { record, spec } = network;
  const { gatewayBefore: before } = record;
  const isOurs = before === 'nothing' || (before !== undefined && 'acls_in' in before);
  if (spec.mode === 'flat' || !isOurs || interfaceOf(record, localOfPort, model) === undefined) {
    return undefined;
  }
  const { drift, conflict } = planGatewayInterface(network, model);
  if (drift === undefined || conflict !== undefined) return undefined;
  return setInterface(record.name ?? '', localOfPort, { aclsIn: twice(network, model) });
}

/** Whether the gateway's interface is as {@link twiceGatewayEdit} leaves it. */
export function isGatewayTwice(network: AttachedNetwork, model: FaucetModel): boolean {
  const found = interfaceOf(network.record, localOfPort, model);
  const acls = found?.aclsIn ?? [];
  return acls.length > 0 && sameAcls(acls, twice(network, model));
}

function twice(network: AttachedNetwork, model: FaucetModel): string[] {
  const acls = gatewayAcls(network, model);
  return [...acls, ...acls];
}

/** The edits that put the gateway's interface back as it was before us. */
export function gatewayRemovalEdits(network: AttachedNetwork, model: FaucetModel): Edit[] {
  const found = interfaceOf(network.record, localOfPort, model);
  const dp = network.record.name ?? '';
  const before = network.record.gatewayBefore ?? beforeUs(network, found, model);
  if (!usesLocalPort(network.spec) || found === undefined) return [];
  if (before === 'nothing') return [removeInterface(dp, localOfPort)];
  return Object.keys(before).length === 0 ? [] : [setInterface(dp, localOfPort, { other: before })];
}

/** The ACLs of the gateway's port: the network's, else those that an operator gave it, else everything is allowed. */
export function gatewayAcls(network: AttachedNetwork, model: FaucetModel): readonly string[] {
  const own = aclsFor(network.spec.natAcl, network.record.name ?? '');
  const found = interfaceOf(network.record, localOfPort, model);
  const before = network.record.gatewayBefore ?? beforeUs(network, found, model);
  const isTheirs = before !== 'nothing' && !('acls_in' in before);
  return own ?? (isTheirs && found !== undefined ? found.aclsIn : [allowAllAcl]);
}

function planOwn(network: AttachedNetwork, found: InterfaceModel | undefined): GatewayPlan {
  const acls = aclsFor(network.spec.natAcl, network.record.name ?? '') ?? [allowAllAcl];
  const spec = { description: localOwner(network.spec), ...interfacePolicy(network.spec, acls) };
  return {
    edits: [setInterface(network.record.name ?? '', localOfPort, spec)],
    before: 'nothing',
    conflict: undefined,
    drift: driftFrom(network.spec, acls, found),
  };
}

/** In a datapath that we made it is ours; after a loss of the database also one that is in all as we write it. */
function beforeUs(
  network: AttachedNetwork,
  found: InterfaceModel | undefined,
  model: FaucetModel,
): GatewayBefore {
  const dp = model.dps.get(network.record.name ?? '');
  const isOurDp = dp?.raw.description === dpMark(network.spec.engineId, network.spec.id);
  if (found === undefined || isOurDp) return 'nothing';
  const acls = aclsFor(network.spec.natAcl, network.record.name ?? '') ?? [allowAllAcl];
  const isAsWritten =
    found.description === localOwner(network.spec) &&
    Object.keys(found.raw).length === 4 &&
    driftFrom(network.spec, acls, found) === undefined;
  return isAsWritten ? 'nothing' : {};
}

function conflictWith(
  network: AttachedNetwork,
  before: Exclude<GatewayBefore, 'nothing'>,
  found: InterfaceModel,
  model: FaucetModel,
): string | undefined {
  const { vlan } = network.spec;
  const role = otherRoles.find((key) => !isEmpty(found.raw[key]));
  if (role !== undefined) return `has ${role}, which excludes VLAN ${vlan}`;
  const vid = vidOf(found.nativeVlan, model);
  if (!('native_vlan' in before) && found.nativeVlan !== undefined && vid !== vlan) {
    return `has native_vlan ${found.nativeVlan}, the network has VLAN ${vlan}`;
  }
  const wanted = aclsFor(network.spec.natAcl, network.record.name ?? '');
  if (wanted === undefined || 'acls_in' in before || found.aclsIn.length === 0) return undefined;
  return sameAcls(found.aclsIn, wanted)
    ? undefined
    : `has acls_in [${found.aclsIn.join(', ')}], option ovs.bridge.nat_acl is "${wanted.join(',')}"`;
}

function vidOf(nativeVlan: InterfaceModel['nativeVlan'], model: FaucetModel): number | undefined {
  return typeof nativeVlan === 'string' ? model.vlans.get(nativeVlan)?.vid : nativeVlan;
}

function lacks(found: InterfaceModel, key: string): boolean {
  return key === 'acls_in' ? found.aclsIn.length === 0 : isEmpty(found.raw[key], true);
}

function says(found: InterfaceModel, key: string, value: YamlValue): boolean {
  return key === 'acls_in'
    ? sameAcls(found.aclsIn, value as readonly string[])
    : found.raw[key] === value;
}

/** What Faucet takes for not given: `null`, `false`, an empty list or map. */
function isEmpty(value: YamlValue | undefined, falseCounts = false): boolean {
  if (value === undefined || value === null) return true;
  if (value === false) return !falseCounts;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
