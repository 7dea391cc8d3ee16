import type { FaucetModel, InterfaceModel } from '@dovesnap/faucet-config';
import { derivedAcl } from '../../domain/derived-acl.ts';
import { allowAllAcl, isPortDescription, localOfPort } from '../../domain/names.ts';
import type { NetworkOfAcls, PolicyAcl } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { bridgeMac } from '../../plan/networks/bridge-spec.ts';
import { hasOtherRole } from '../../plan/policy/interface-roles.ts';
import { operatorsAcl, replacedAcl } from '../../plan/policy/policy-acls.ts';
import { guardRules, isolateRule, isolationProblem, type WaysOut } from './isolated-rules.ts';

/** What the names of derived ACLs say of them. */
const how = 'isolated';

/**
 * The ACLs that stand for these on the port of an isolated container: Faucet has no isolation of ports, but a rule can
 * send copies of a frame to chosen ports and let it go on, under a destination that Faucet drops once it has learned the
 * source.
 */
export function isolateAcls(
  network: NetworkOfAcls,
  acls: readonly PolicyAcl[],
): readonly PolicyAcl[] {
  const name = derivedAcl(how, network.spec.id);
  const guard = { name, exactMatch: false, rules: guardRules };
  return [
    { name, from: undefined, inFile: () => guard },
    ...acls.map((acl) =>
      replacedAcl(acl, { network, how }, (rules, model) => {
        const ways = waysOut(network, model);
        return rules.flatMap((rule) => isolateRule(rule, ways));
      }),
    ),
  ];
}

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
export function isolationRemarks(network: NetworkOfAcls, model: FaucetModel): string[] {
  const policies = [...network.ports.values()].flatMap((port) => port.acls);
  const acls = [...new Set(policies)].filter((acl) => acl !== allowAllAcl);
  const obstacle = isolationObstacle(network.spec, model);
  return [
    ...(obstacle === undefined ? [] : [`what containers send goes nowhere: ${obstacle}`]),
    ...acls
      .flatMap((acl) => isolationRefusal(operatorsAcl(acl), model) ?? [])
      .map((why) => `${why}: it denies`),
  ];
}

/** Why containers under an ACL cannot be kept apart; undefined when they can. */
export function isolationRefusal(acl: PolicyAcl, model: FaucetModel): string | undefined {
  for (const [index, rule] of (acl.inFile(model)?.rules ?? []).entries()) {
    const problem = isolationProblem(rule);
    if (problem === undefined) continue;
    return `rule ${index + 1} of ACL "${acl.name}" has ${problem}, which cannot be kept where containers do not reach each other`;
  }
  return undefined;
}

/**
 * Where what a container sends may go: the gateway and whatever else is on the network's VLAN, but no container. Nowhere
 * while an ACL is on the VLAN, which frames sent from a port's ACL would pass by.
 */
function waysOut(network: NetworkOfAcls, model: FaucetModel): WaysOut {
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
  const { description, raw } = item;
  return !hasOtherRole(item) && raw.enabled !== false && !isPortDescription(description ?? '');
}
