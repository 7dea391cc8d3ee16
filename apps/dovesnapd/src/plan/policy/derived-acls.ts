import {
  type AclRuleModel,
  type Edit,
  type EditStep,
  type FaucetModel,
  removeAcl,
  setAcl,
} from '@dovesnap/faucet-config';
import { aclBehind, parseDerivedAcl } from '../../domain/derived-acl.ts';
import type { NetworkOfAcls, PolicyAcl } from '../../domain/network-feature.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { rulesText } from './allow-all.ts';
import { isMade, policyAcls } from './policy-acls.ts';

/**
 * The edits that put a network's derived ACLs right: those that its ports name are as they have to be, the others are
 * gone. One whose ACL the operator has taken away stays as it was.
 */
export function derivedAclEdits(network: NetworkOfAcls, model: FaucetModel): readonly Edit[] {
  const stale = [...staleDerivedAcls(network, model)].map(([acl, rules]) =>
    setAcl(
      acl,
      rules.map(({ raw }) => ({ rule: raw })),
    ),
  );
  return [...stale, ...unusedEdits(model, (acl) => isDerivedFor(network, acl))];
}

/** The derived ACLs in use that are not as they have to be, with the rules that they have to have. */
export function staleDerivedAcls(
  network: NetworkOfAcls,
  model: FaucetModel,
): ReadonlyMap<string, readonly AclRuleModel[]> {
  const stale = new Map<string, readonly AclRuleModel[]>();
  for (const { name, inFile } of derivedAcls(network, model)) {
    const rules = inFile(model)?.rules;
    if (rules === undefined) continue;
    if (rulesText(model.acls.get(name)?.rules ?? []) !== rulesText(rules)) stale.set(name, rules);
  }
  return stale;
}

/** The step that removes derived ACLs that nothing uses, whichever network they were for. */
export const unusedDerivedStep: EditStep = (model) =>
  unusedEdits(model, (acl) => parseDerivedAcl(acl) !== undefined);

/**
 * The ACLs that features make for the ports of a network, of those that faucet.yaml names. A port may be in the file
 * before it is on the network: it has no treatments then, so that its ACLs can be told from their names.
 */
function derivedAcls(network: NetworkOfAcls, model: FaucetModel): PolicyAcl[] {
  const dp = model.dps.get(network.record.name ?? '');
  const named = new Set(dp?.interfaces.flatMap((item) => item.aclsIn));
  const derived = [...named].filter((acl) => isDerivedFor(network, acl));
  if (derived.length === 0) return [];
  const behind = new Set(derived.flatMap((acl) => aclBehind(acl) ?? []));
  const plain = [[], ...[...behind].map((acl) => [acl])];
  const policies = [
    ...plain.map((acls) => ({ acls, treatments: noTreatments })),
    ...[...network.ports.values()].filter(({ treatments }) => treatments.size > 0),
  ];
  const made = policies.flatMap((policy) => policyAcls(network, policy));
  return made.filter((acl) => isMade(acl) && named.has(acl.name));
}

/** Whether an ACL is one that features make for a network. */
export function isDerivedFor({ spec }: Pick<NetworkOfAcls, 'spec'>, acl: string): boolean {
  return parseDerivedAcl(acl)?.networkIdStart === spec.id.slice(0, 12);
}

function unusedEdits(model: FaucetModel, isOurs: (acl: string) => boolean): Edit[] {
  const ours = [...model.acls.keys()].filter(isOurs);
  if (ours.length === 0) return [];
  const all = [...model.dps.values()].flatMap((dp) => dp.interfaces);
  const used = new Set(all.flatMap((item) => item.aclsIn));
  return ours.filter((acl) => !used.has(acl)).map(removeAcl);
}
