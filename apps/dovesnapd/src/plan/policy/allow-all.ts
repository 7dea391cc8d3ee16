import type { AclRuleModel } from '@dovesnap/faucet-config';

/** The rules of the ACL of ours that lets everything through. */
export const allowAllRules: readonly AclRuleModel[] = [
  { match: {}, verdict: 'allow', raw: { actions: { allow: 1 } } },
];

/** The rules as one text, to compare them by. */
export function rulesText(rules: readonly Pick<AclRuleModel, 'raw'>[]): string {
  return JSON.stringify(
    rules.map(({ raw }) => raw),
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}
