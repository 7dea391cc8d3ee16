/**
 * What is wrong with an ACL that is in use. `missing`: it is not in faucet.yaml any more. `refused`: Faucet does not take
 * it as it is written, and keeps what it had. `dropped`: Faucet takes it and the switch lacks a rule of it. `stale`: Faucet
 * takes it and has not put it in force, so that what it said before holds.
 */
export type AclProblem = 'missing' | 'refused' | 'dropped' | 'stale';

/** An ACL in use, and what is wrong with it. */
export interface AclTrouble {
  readonly acl: string;
  readonly problem: AclProblem;
  /** For a person, one sentence without a full stop. */
  readonly sentence: string;
}
