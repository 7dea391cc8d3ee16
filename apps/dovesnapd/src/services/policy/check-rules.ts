import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkOfAcls } from '../../domain/network-feature.ts';
import { droppedProblem, placeOf } from '../../plan/policy/acl-problems.ts';
import { type AclPolicy, replacementRefusal } from '../../plan/policy/policy-acls.ts';

/**
 * Checks that the switch takes every rule of these ACLs. One that it refuses would be silently absent, and a port that
 * lacks a rule of its policy is never opened.
 * @throws DovesnapError `BAD_ACL`.
 */
export function checkRules(
  problems: readonly Problem[],
  model: FaucetModel,
  acls: readonly string[],
  whose: string,
): void {
  for (const acl of acls) {
    const dropped = droppedProblem(acl, problems, model);
    if (dropped === undefined) continue;
    throw new DovesnapError(
      'BAD_ACL',
      `${whose} names ACL "${acl}", of which the switch does not take a rule (${placeOf(dropped)}): ${dropped.message}`,
    );
  }
}

/** @throws DovesnapError `BAD_ACL` when a feature of the network has to replace the ACLs of a policy and cannot. */
export function checkReplaceable(
  network: NetworkOfAcls,
  model: FaucetModel,
  policy: AclPolicy,
  whose: string,
): void {
  const refusal = replacementRefusal(network, policy, model);
  if (refusal !== undefined) throw new DovesnapError('BAD_ACL', `${whose} is refused: ${refusal}`);
}
