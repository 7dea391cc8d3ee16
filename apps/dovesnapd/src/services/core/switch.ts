import {
  type DatabaseLock,
  isOvsError,
  type Operation,
  type Ovsdb,
  OvsError,
  type SwitchReplica,
  type SwitchState,
  type Wait,
  waitForOvs,
} from '@dovesnap/ovs';
import { DovesnapError } from '../../domain/error.ts';
import type { Clock } from '../../edges/edges.ts';

/** A transaction is done in under a millisecond; one that takes this long will not be. */
const transactionMs = 3000;

/** Who writes to our rows besides us is a person with ovs-vsctl: two tries would do. */
const attempts = 5;

/** How long ovs-vswitchd may take to do what the database says: it adds ports one by one, 70 ms each on a big bridge. */
const appliedMs = 15_000;

/** Open vSwitch as the services use it: every transaction is ours only while we hold the database's lock. */
export interface Switch {
  /** @throws DovesnapError `OVS_AWAY` when there is no live state. */
  state(): SwitchState;
  readonly live: boolean;
  /**
   * Plans against the state now and runs the plan as one transaction; planned again when somebody else was quicker.
   * @throws DovesnapError `OVS_AWAY`.
   */
  commit(plan: (state: SwitchState) => readonly Operation[]): Promise<void>;
  /** Resolves when ovs-vswitchd has done all that was committed before. @throws DovesnapError `OVS_AWAY`. */
  settled(): Promise<void>;
  /** Waits until ovs-vswitchd has come so far. @throws DovesnapError `OVS_AWAY`. */
  until(test: (state: SwitchState) => boolean, wait?: Wait): Promise<SwitchState>;
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<SwitchState>;
}

/** Joins a database connection, its lock and its replica into a {@link Switch}. Waits without a signal of their own end with `signal`. */
export function lockedSwitch(
  db: Ovsdb,
  lock: DatabaseLock,
  replica: SwitchReplica,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Switch {
  const away = (cause?: unknown): DovesnapError =>
    new DovesnapError('OVS_AWAY', `Open vSwitch is not reachable at ${db.target}`, { cause });
  const taken = (cause: unknown): DovesnapError => {
    const message = `another dovesnapd looks after the Open vSwitch at ${db.target}`;
    return new DovesnapError('ALREADY_RUNNING', message, { cause });
  };
  const asOurs = (error: unknown): unknown => {
    if (!(error instanceof OvsError)) return error;
    if (['NOT_CONNECTED', 'NO_DATABASE', 'TIMEOUT'].includes(error.code)) return away(error);
    return error.code === 'NOT_LOCK_OWNER' ? taken(error) : error;
  };
  const hold = async (): Promise<void> => {
    try {
      await lock.acquired({ deadline: transactionMs });
    } catch (error) {
      // A database that answers otherwise and does not give the lock has given it to another.
      throw replica.synced && isOvsError(error, 'TIMEOUT') ? taken(error) : error;
    }
  };
  const current = (): SwitchState => {
    if (!replica.synced || replica.current === undefined) throw away();
    return replica.current;
  };
  return {
    get live() {
      return replica.synced;
    },
    state: current,
    commit: async (plan) => {
      for (let attempt = 1; ; attempt++) {
        const operations = plan(current());
        if (operations.length === 0) return;
        try {
          await hold();
          await db.transact([lock.assertion(), ...operations], { deadline: transactionMs });
          return;
        } catch (error) {
          if (attempt === attempts || !isOvsError(error, 'CONFLICT')) throw asOurs(error);
        }
      }
    },
    settled: async () => {
      try {
        await waitForOvs(db, { deadline: appliedMs, signal }, clock);
      } catch (error) {
        throw asOurs(error);
      }
    },
    until: async (test, wait) => {
      try {
        return await replica.until(test, { deadline: appliedMs, signal, ...wait });
      } catch (error) {
        throw asOurs(error);
      }
    },
    changes: (wait) => replica.changes(wait),
  };
}
