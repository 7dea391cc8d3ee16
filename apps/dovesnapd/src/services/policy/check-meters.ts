import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import { DovesnapError } from '../../domain/error.ts';
import { metersOf } from '../../plan/policy/meters.ts';

/**
 * Checks that the switch takes every meter of these ACLs, as far as faucet.yaml tells: without it the rules under it are
 * absent.
 * @throws DovesnapError `BAD_ACL`.
 */
export function checkMeters(
  model: FaucetModel,
  problems: readonly Problem[],
  acls: readonly string[],
  whose: string,
): void {
  const names = new Set(metersOf(model, acls).map(({ name }) => name));
  const refused = problems.find(
    ({ code, path }) => code === 'METER' && path[0] === 'meters' && names.has(path[1] ?? ''),
  );
  if (refused === undefined) return;
  const place = `${refused.file ?? 'faucet.yaml'} line ${refused.line}`;
  throw new DovesnapError(
    'BAD_ACL',
    `${whose} names ACL "${acls.join(',')}", of which the switch does not take meter "${refused.path[1]}" (${place}): ${refused.message}`,
  );
}
