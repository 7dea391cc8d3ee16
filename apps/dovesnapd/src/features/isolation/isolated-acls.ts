import {
  type AclRuleModel,
  type Edit,
  type EditStep,
  type FaucetModel,
  type InterfaceModel,
  removeAcl,
  setAcl,
} from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl, isPortDescription, localOfPort } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { bridgeMac } from '../../plan/networks/bridge-spec.ts';
import { allowAllRules, rulesText } from '../../plan/policy/allow-all.ts';
import { isIsolatedAcl, isolatedAcl } from './isolated-names.ts';
import { guardRules, isolateRule, isolationProblem, type WaysOut } from './isolated-rules.ts';

type Isolatable = Pick<AttachedNetwork, 'spec' | 'record' | 'ports'>;

/**
 * The ACLs that faucet.yaml has on the port of an isolated container for these of its policy. They are ours, made from the
 * operator's: Faucet has no isolation of ports, but a rule can send copies of a frame to chosen ports and let it
 * go on, under a destination that Faucet drops once it has learned the source.
 */
export function isolatedAclNames(networkId: string, acls: readonly string[]): readonly string[] {
  return [isolatedAcl(networkId), ...acls.map((acl) => isolatedAcl(networkId, acl))];
}

/** The ACLs of the policy that faucet.yaml has these for: {@link isolatedAclNames} the other way. */
export function aclsBehind(networkId: string, aclsIn: readonly string[]): readonly string[] {
  const prefix = isolatedAcl(networkId, '');
  return aclsIn.flatMap((acl) => (acl.startsWith(prefix) ? acl.slice(prefix.length) : []));
}

/** The ACLs that faucet.yaml has to have for a policy on an isolated network; undefined while one it is made from is missing. */
export function isolatedAclRules(
  network: Isolatable,
  acls: readonly string[],
  model: FaucetModel,
): ReadonlyMap<string, readonly AclRuleModel[]> | undefined {
  const ways = waysOut(network, model);
  const made = new Map<string, readonly AclRuleModel[]>([
    [isolatedAcl(network.spec.id), guardRules],
  ]);
  for (const acl of acls) {
    const rules = acl === allowAllAcl ? allowAllRules : model.acls.get(acl)?.rules;
    if (rules === undefined) return undefined;
    const derived = rules.flatMap((rule) => isolateRule(rule, ways));
    made.set(isolatedAcl(network.spec.id, acl), derived);
  }
  return made;
}

/**
 * The edits that put a network's derived ACLs right: those that its ports name are as they have to be, the others are
 * gone. One whose ACL the operator has taken away stays as it was.
 */
export function isolatedAclEdits(network: Isolatable, model: FaucetModel): readonly Edit[] {
  const ofNetwork = isolatedAcl(network.spec.id);
  const stale = [...staleIsolatedAcls(network, model)].map(([acl, rules]) =>
    setAcl(
      acl,
      rules.map(({ raw }) => ({ rule: raw })),
    ),
  );
  return [...stale, ...unusedEdits(model, (acl) => acl.startsWith(ofNetwork))];
}

/** The derived ACLs in use that are not as they have to be, with the rules that they have to have. */
export function staleIsolatedAcls(
  network: Isolatable,
  model: FaucetModel,
): ReadonlyMap<string, readonly AclRuleModel[]> {
  const stale = new Map<string, readonly AclRuleModel[]>();
  const dp = model.dps.get(network.record.name ?? '');
  const onPorts = new Set(dp?.interfaces.flatMap((item) => item.aclsIn));
  if (!onPorts.has(isolatedAcl(network.spec.id))) return stale;
  const used = aclsBehind(network.spec.id, [...onPorts]);
  for (const policy of [[], ...used.map((acl) => [acl])]) {
    for (const [acl, rules] of isolatedAclRules(network, policy, model) ?? []) {
      if (rulesText(model.acls.get(acl)?.rules ?? []) !== rulesText(rules)) stale.set(acl, rules);
    }
  }
  return stale;
}

/** The step that removes derived ACLs of networks that are no more. */
export const unusedIsolationStep: EditStep = (model) => unusedEdits(model, isIsolatedAcl);

/** Why Faucet cannot keep the containers of a network apart on its VLAN; undefined when it can. */
export function isolationObstacle(
  spec: Pick<NetworkSpec, 'vlan'>,
  model: FaucetModel,
): string | undefined {
  const entry = [...model.vlans.values()].find((item) => item.vid === spec.vlan);
  const [acl] = [...(entry?.aclsIn ?? []), ...(entry?.aclsOut ?? [])];
  if (acl === undefined) return undefined;
  return `ACL "${acl}" on VLAN ${spec.vlan} would not hold for what they send: give the network another ovs.bridge.vlan`;
}

/** What a person should know of the ACLs that a network's derived ones are made from, one sentence each. */
export function isolationRemarks(network: Isolatable, model: FaucetModel): string[] {
  const policies = [...network.ports.values()].flatMap((port) => port.acls);
  const acls = [...new Set(policies)].filter((acl) => acl !== allowAllAcl);
  const obstacle = isolationObstacle(network.spec, model);
  return [
    ...(obstacle === undefined ? [] : [`what containers send goes nowhere: ${obstacle}`]),
    ...acls.flatMap((acl) => isolationRefusal(acl, model) ?? []).map((why) => `${why}: it denies`),
  ];
}

/** Why containers under an ACL cannot be kept apart; undefined when they can. */
export function isolationRefusal(acl: string, model: FaucetModel): string | undefined {
  for (const [index, rule] of (model.acls.get(acl)?.rules ?? []).entries()) {
    const problem = isolationProblem(rule);
    if (problem === undefined) continue;
    return `rule ${index + 1} of ACL "${acl}" has ${problem}, which cannot be kept where containers do not reach each other`;
  }
  return undefined;
}

function unusedEdits(model: FaucetModel, isOurs: (acl: string) => boolean): Edit[] {
  const all = [...model.dps.values()].flatMap((dp) => dp.interfaces);
  const used = new Set(all.flatMap((item) => item.aclsIn));
  return [...model.acls.keys()].filter((acl) => isOurs(acl) && !used.has(acl)).map(removeAcl);
}

/**
 * Where what a container sends may go: the gateway and whatever else is on the network's VLAN, but no container. Nowhere
 * while an ACL is on the VLAN, which frames sent from a port's ACL would pass by.
 */
function waysOut(network: Isolatable, model: FaucetModel): WaysOut {
  const { spec } = network;
  const interfaces = model.dps.get(network.record.name ?? '')?.interfaces ?? [];
  const closed = isolationObstacle(spec, model) !== undefined;
  const isWay = (item: InterfaceModel): boolean =>
    !closed && !network.ports.has(item.number ?? 0) && isOpenWay(item);
  const isOn = (vlan: number | string | undefined): boolean =>
    vlan === spec.vlan || (typeof vlan === 'string' && model.vlans.get(vlan)?.vid === spec.vlan);
  const numbers = (found: readonly InterfaceModel[]): number[] =>
    [...new Set(found.flatMap(({ number }) => number ?? []))].sort((a, b) => a - b);
  const ways = interfaces.filter(isWay);
  return {
    vlan: spec.vlan,
    untagged: numbers(ways.filter((item) => isOn(item.nativeVlan))),
    tagged: numbers(ways.filter((item) => item.taggedVlans.some(isOn))),
    gateway: { mac: bridgeMac(network), number: localOfPort },
  };
}

/** Whether Faucet would flood to it, and no container of ours is or was behind it. */
function isOpenWay(item: InterfaceModel): boolean {
  const { outputOnly, coprocessor, stack, mirror, description, raw } = item;
  const hasOtherRole = outputOnly || coprocessor || stack !== undefined || mirror.length > 0;
  return !hasOtherRole && raw.enabled !== false && !isPortDescription(description ?? '');
}
