import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkSpec } from '../../domain/network.ts';
import { droppedProblem, placeOf } from '../../plan/policy/acl-problems.ts';
import { isolationRefusal } from '../../plan/policy/isolation.ts';

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

/** @throws DovesnapError `BAD_ACL` when one of these ACLs cannot hold where containers are kept apart. */
export function checkIsolatable(
  spec: Pick<NetworkSpec, 'isolated'>,
  model: FaucetModel,
  acls: readonly string[],
  whose: string,
): void {
  if (!spec.isolated) return;
  const refusal = acls.flatMap((acl) => isolationRefusal(acl, model) ?? [])[0];
  if (refusal !== undefined) throw new DovesnapError('BAD_ACL', `${whose} is refused: ${refusal}`);
}
