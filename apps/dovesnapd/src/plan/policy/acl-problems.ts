import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import { metersOf } from './meters.ts';

/** What Faucet takes and the switch does not, or not as it is written. */
const droppedCodes = new Set<Problem['code']>(['ACL_PREREQUISITE', 'ACL_VALUE_WRAPS', 'METER']);

/** What is wrong in faucet.yaml with an ACL or a meter of its rules. */
function problemsOf(acl: string, problems: readonly Problem[], model: FaucetModel): Problem[] {
  const meters = new Set(metersOf(model, [acl]).map(({ name }) => name));
  return problems.filter(
    ({ path: [section, name = ''] }) =>
      (section === 'acls' && name === acl) || (section === 'meters' && meters.has(name)),
  );
}

/** Why Faucet refuses a file with this ACL in use; undefined when it does not. */
export function refusedProblem(
  acl: string,
  problems: readonly Problem[],
  model: FaucetModel,
): Problem | undefined {
  return problemsOf(acl, problems, model).find(({ severity }) => severity !== 'wrong');
}

/**
 * Why a rule of an ACL would be silently absent, or another than was written; undefined when the switch takes all of them.
 * A port that lacks a rule of its policy is never open.
 */
export function droppedProblem(
  acl: string,
  problems: readonly Problem[],
  model: FaucetModel,
): Problem | undefined {
  return problemsOf(acl, problems, model).find(
    ({ severity, code }) => severity === 'wrong' && droppedCodes.has(code),
  );
}

/** Where a problem is. */
export function placeOf({ file, line }: Problem): string {
  return `${file ?? 'faucet.yaml'} line ${line}`;
}
