/**
 * What is wrong with an ACL in use. `missing`: it is no longer in faucet.yaml. `refused`: Faucet refuses the ACL as
 * written and keeps the previous one. `dropped`: Faucet accepts it, but a rule is missing in the switch. `stale`:
 * Faucet accepts it but has not put it in force, so the previous version still applies.
 */
export type AclProblem = 'missing' | 'refused' | 'dropped' | 'stale';

/** An ACL in use and what is wrong with it. */
export interface AclTrouble {
  readonly acl: string;
  readonly problem: AclProblem;
  /** An explanation for people: one sentence without a full stop. */
  readonly sentence: string;
}
