import { type Clock, systemClock } from '../clock.ts';
import type { OperationResult, Ovsdb, RowChange } from '../ovsdb/ovsdb-types.ts';
import type { Operation, Wait } from '../types.ts';
import { remaining, waitFor } from '../wait.ts';
import { planNextCfg } from './plan-external-ids.ts';

/** Default deadline, in milliseconds. A busy ovs-vswitchd takes seconds to add hundreds of ports. */
const usualDeadline = 10_000;

/**
 * Commits operations as one transaction and waits until ovs-vswitchd has applied them. If the connection is lost while
 * waiting, waits for it to return. The default deadline is 10 s.
 * @throws OvsError as {@link Ovsdb.transact}; `TIMEOUT` also when ovs-vswitchd is not running.
 */
export async function transactAndWait(
  db: Ovsdb,
  operations: readonly Operation[],
  wait: Wait = {},
  clock: Clock = systemClock,
): Promise<readonly OperationResult[]> {
  const since = clock.now();
  const limits = { ...wait, deadline: wait.deadline ?? usualDeadline };
  const results = await db.transact([...operations, ...planNextCfg()], limits);
  const rows = results.at(-1)?.rows ?? [];
  const wanted = Math.max(0, ...rows.map((row) => Number(row.next_cfg)));
  await reached(db, wanted, remaining(limits, since, clock), clock);
  return results.slice(0, operations.length);
}

/**
 * Waits until ovs-vswitchd has applied everything that was committed before the call.
 * @throws OvsError as {@link transactAndWait}.
 */
export async function waitForOvs(
  db: Ovsdb,
  wait: Wait = {},
  clock: Clock = systemClock,
): Promise<void> {
  await transactAndWait(db, [], wait, clock);
}

function reached(db: Ovsdb, wanted: number, wait: Wait, clock: Clock): Promise<void> {
  const isReached = ({ after }: RowChange): boolean => Number(after?.cur_cfg) >= wanted;
  return waitFor<void>(
    'Waiting for ovs-vswitchd to apply a change',
    wait,
    ({ resolve }) =>
      db.subscribe(
        { Open_vSwitch: ['cur_cfg'] },
        {
          changed: (batch) => {
            if (batch.some(isReached)) resolve();
          },
          synced: () => undefined,
        },
      ),
    clock,
  );
}
