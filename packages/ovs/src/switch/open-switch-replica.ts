import { channel } from '../channel.ts';
import { type Clock, systemClock } from '../clock.ts';
import { notConnected } from '../error.ts';
import { joinColumns, usedColumns } from '../ovsdb/columns.ts';
import type { MonitorRequest, Ovsdb } from '../ovsdb/ovsdb-types.ts';
import { endWhen, waitFor } from '../wait.ts';
import { switchBuilder } from './switch-builder.ts';
import type { SwitchReplica, SwitchState } from './switch-types.ts';

/** Options for a replica. */
export interface SwitchReplicaOptions {
  readonly clock?: Clock | undefined;
  /** Additional columns of bridges, ports and interfaces, for their `columns`. */
  readonly columns?: MonitorRequest | undefined;
}

/** Opens a replica: the switch as typed values, kept up to date until closed. */
export function openSwitchReplica(db: Ovsdb, options: SwitchReplicaOptions = {}): SwitchReplica {
  const { clock = systemClock, columns = {} } = options;
  const builder = switchBuilder(columns);
  const listeners = new Set<() => void>();
  let synced = false;
  let closed = false;
  let known = false;

  const current = (): SwitchState | undefined => (known ? builder.build() : undefined);
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const stop = db.subscribe(joinColumns(usedColumns, columns), {
    changed: (batch) => {
      builder.apply(batch);
      if (synced) tell();
    },
    synced: (live) => {
      synced = live;
      known ||= live;
      if (live) tell();
    },
  });
  const until: SwitchReplica['until'] = (test, wait = {}) =>
    waitFor(
      'Waiting for a state of the switch',
      wait,
      (ending) => {
        const check = endWhen(ending, () => {
          if (closed) throw notConnected(db.target, new Error('the replica was closed'));
          const state = synced ? current() : undefined;
          return state !== undefined && test(state) ? state : undefined;
        });
        listeners.add(check);
        check();
        return () => listeners.delete(check);
      },
      clock,
    );
  return {
    get current() {
      return current();
    },
    get synced() {
      return synced;
    },
    until,
    changes: ({ signal }) => {
      const states = channel<SwitchState>((_waiting, latest) => latest);
      const push = (): void => {
        const state = current();
        if (state !== undefined) states.push(state);
      };
      if (synced) push();
      listeners.add(push);
      return states.read(signal, () => listeners.delete(push));
    },
    close: async () => {
      closed = true;
      synced = false;
      stop();
      tell();
    },
  };
}
