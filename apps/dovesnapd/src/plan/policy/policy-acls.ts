import type { AclRuleModel, FaucetModel } from '@dovesnap/faucet-config';
import type { Port } from '../../domain/attached-network.ts';
import { aclBehind, derivedAcl } from '../../domain/derived-acl.ts';
import { allowAllAcl } from '../../domain/names.ts';
import type { NetworkOfAcls, PolicyAcl } from '../../domain/network-feature.ts';
import { allowAllRules } from './allow-all.ts';
import { sameAcls } from './same-acls.ts';

/** What is asked of the traffic of a container's port. */
export type AclPolicy = Pick<Port, 'acls' | 'treatments'>;

/**
 * The ACLs of a container's port for its policy: the operator's, which the features of the network replace one after the
 * other.
 */
export function policyAcls(
  network: NetworkOfAcls,
  { acls, treatments }: AclPolicy,
): readonly PolicyAcl[] {
  return network.spec.features.reduce<readonly PolicyAcl[]>(
    (made, feature) => feature.acls?.replace(made, { network, treatments }) ?? made,
    acls.map(operatorsAcl),
  );
}

/** The names of {@link policyAcls}, as faucet.yaml has them on the port. */
export function aclsInFile(network: NetworkOfAcls, policy: AclPolicy): readonly string[] {
  return policyAcls(network, policy).map(({ name }) => name);
}

/**
 * The ACLs of the policy that faucet.yaml has these for: {@link aclsInFile} the other way. None if it has others than we
 * would write for that policy.
 */
export function aclsOfPolicy(
  network: NetworkOfAcls,
  aclsIn: readonly string[],
  treatments: Port['treatments'],
): readonly string[] {
  const acls = aclsIn.flatMap((name) => aclBehind(name) ?? []);
  return sameAcls(aclsInFile(network, { acls, treatments }), aclsIn) ? acls : [];
}

/** Why a feature of the network cannot replace the ACLs of a policy. A sentence that names one of them. */
export function replacementRefusal(
  network: NetworkOfAcls,
  { acls, treatments }: AclPolicy,
  model: FaucetModel,
): string | undefined {
  let made: readonly PolicyAcl[] = acls.map(operatorsAcl);
  for (const { acls: replacement } of network.spec.features) {
    if (replacement === undefined) continue;
    const next = replacement.replace(made, { network, treatments });
    const refusal = made
      .filter((acl) => !next.includes(acl))
      .flatMap((acl) => replacement.refusal?.(acl, model) ?? [])[0];
    if (refusal !== undefined) return refusal;
    made = next;
  }
  return undefined;
}

/** An ACL as an operator has written it, or the one that lets everything through. */
export function operatorsAcl(name: string): PolicyAcl {
  const allowAll = { name, exactMatch: false, rules: allowAllRules };
  return {
    name,
    from: name,
    inFile: (model) => (name === allowAllAcl ? allowAll : model.acls.get(name)),
  };
}

/** Makes an ACL for a network from another: `how` is for its name, `rules` makes its rules from those of the other. */
export function replacedAcl(
  acl: PolicyAcl,
  { network, how }: { readonly network: NetworkOfAcls; readonly how: string },
  rules: (before: readonly AclRuleModel[], model: FaucetModel) => readonly AclRuleModel[],
): PolicyAcl {
  const name = derivedAcl(how, network.spec.id, acl.name);
  return {
    name,
    from: acl.from,
    inFile: (model) => {
      const before = acl.inFile(model)?.rules;
      return before && { name, exactMatch: false, rules: rules(before, model) };
    },
  };
}

/** Returns whether a feature has made an ACL, so that we are to write it. */
export function isMade({ name, from }: PolicyAcl): boolean {
  return name !== from;
}
