import { type Clock, systemClock } from '../clock.ts';
import { notConnected } from '../error.ts';
import type { Operation, OperationResult, Ovsdb } from '../ovsdb/types.ts';
import type { Wait } from '../types.ts';
import { remaining, waitFor } from '../wait.ts';
import { planNextCfg } from './plan-external-ids.ts';

/**
 * Runs operations as one transaction and waits until ovs-vswitchd has applied them.
 * @throws OvsError as {@link Ovsdb.transact}; `TIMEOUT` also when ovs-vswitchd does not run, `NOT_CONNECTED` also when
 * the connection is lost meanwhile.
 */
export async function transactAndWait(
  db: Ovsdb,
  operations: readonly Operation[],
  wait: Wait = {},
  clock: Clock = systemClock,
): Promise<readonly OperationResult[]> {
  const since = clock.now();
  const results = await db.transact([...operations, ...planNextCfg()], wait);
  const rows = results.at(-1)?.rows ?? [];
  const wanted = Math.max(0, ...rows.map((row) => Number(row.next_cfg)));
  await reached(db, wanted, remaining(wait, since, clock), clock);
  return results.slice(0, operations.length);
}

/**
 * Waits until ovs-vswitchd has applied all that was committed before the call.
 * @throws OvsError as {@link transactAndWait}.
 */
export async function waitForOvs(db: Ovsdb, wait: Wait = {}): Promise<void> {
  await transactAndWait(db, [], wait);
}

function reached(db: Ovsdb, wanted: number, wait: Wait, clock: Clock): Promise<void> {
  const what = 'Waiting for ovs-vswitchd to apply a change';
  return waitFor<void>(
    what,
    wait,
    ({ resolve, reject }) =>
      db.subscribe(
        { Open_vSwitch: ['cur_cfg'] },
        {
          changed: (batch) => {
            if (batch.some(({ after }) => Number(after?.cur_cfg) >= wanted)) resolve();
          },
          synced: (live) => {
            if (!live) reject(notConnected(db.target, new Error('the connection was lost')));
          },
        },
      ),
    clock,
  );
}
