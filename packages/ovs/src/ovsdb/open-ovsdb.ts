import { type Clock, systemClock } from '../clock.ts';
import { notConnected, OvsError } from '../error.ts';
import type { Wait } from '../types.ts';
import { type Ending, waitFor } from '../wait.ts';
import type { Schema } from './codec.ts';
import { type Connect, socketConnect } from './connect.ts';
import { type Backoff, keepLink, type Live } from './link.ts';
import { openLocks } from './locks.ts';
import { monitorRows } from './monitor-rows.ts';
import { openStates } from './states.ts';
import { decodeRow } from './subscription.ts';
import { parseOvsdbTarget } from './target.ts';
import { sendTransaction } from './transact.ts';
import type { ConnectionState, OperationResult, Ovsdb } from './types.ts';
import { openWatches } from './watches.ts';

/** How to connect. */
export interface OvsdbOptions {
  /** Ends the connection for good, as `close` does. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the answer to a transaction that names none, milliseconds. Default 10,000. */
  readonly transactDeadline?: number | undefined;
  /** Silence after which the server is probed, milliseconds; twice that, and the connection is given up. Default 15,000. */
  readonly probe?: number | undefined;
  /** Waits between tries to connect. Default 50 ms, doubled up to 1 s: OVS is back in about that time after a restart. */
  readonly backoff?: Backoff | undefined;
  /** Default `Open_vSwitch`. */
  readonly database?: string | undefined;
  /** Default {@link socketConnect}. */
  readonly connect?: Connect | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Connects in the background, again after each loss, and returns at once: the server may be absent.
 * @throws OvsError `BAD_TARGET`.
 */
export function openOvsdb(target: string, options: OvsdbOptions = {}): Ovsdb {
  const { clock = systemClock, database = 'Open_vSwitch', transactDeadline = 10_000 } = options;
  const { connect = socketConnect() } = options;
  const address = parseOvsdbTarget(target);
  const ended = new AbortController();
  let live: Live | undefined;
  let schema: Schema | undefined;
  let lastError: Error | undefined;
  const watches = openWatches(() => live);
  const locks = openLocks(clock, () => live);
  const feed = openStates(() => stateOf(live));

  const link = keepLink({
    ...{ target: address, database, clock, connect, signal: ended.signal },
    probe: options.probe ?? 15_000,
    backoff: options.backoff ?? { first: 50, last: 1000 },
    onUp: (opened) => {
      live = opened;
      schema = opened.schema;
      locks.up(opened);
      watches.up(opened);
      feed.changed();
    },
    onDown: (reason, wasUp) => {
      live = undefined;
      lastError = reason;
      if (!wasUp) return;
      locks.down();
      watches.down();
      feed.changed();
    },
    onNotification: (method, params) => {
      watches.notified(method, params);
      locks.notified(method, params);
    },
  });
  const closedError = (): OvsError =>
    new OvsError('ABORTED', `The connection to ${target} was closed`, { target });
  const lost = (reason: Error): OvsError =>
    ended.signal.aborted ? closedError() : notConnected(target, reason);
  const transact: Ovsdb['transact'] = async (operations, wait = {}) => {
    if (operations.length === 0) return [];
    const open = live;
    if (open === undefined) throw notConnected(target, lastError);
    const limits = { ...wait, deadline: wait.deadline ?? transactDeadline };
    const send: Send = (ending) => sendTransaction(open, operations, ending, lost);
    return await waitFor('A transaction', limits, send, clock);
  };
  const close = async (): Promise<void> => {
    ended.abort();
    locks.close(notConnected(target, closedError()));
    await link;
  };
  whenAborted(options.signal, () => void close());
  return {
    target,
    get state() {
      return stateOf(live);
    },
    get schemaVersion() {
      return schema?.version;
    },
    hasColumn: (table, column) => schema?.tables.get(table)?.has(column) ?? false,
    decodeRow: (table, row) => decodeRow(schema, table, row),
    transact,
    subscribe: watches.subscribe,
    monitor: (request, wait) => monitorRows(watches.subscribe, request, wait.signal),
    states: feed.states,
    lock: locks.lock,
    close,
  };
}

type Send = (ending: Ending<readonly OperationResult[]>) => () => void;

function whenAborted(signal: AbortSignal | undefined, call: () => void): void {
  if (signal?.aborted) call();
  else signal?.addEventListener('abort', call, { once: true });
}

function stateOf(live: Live | undefined): ConnectionState {
  return live === undefined ? 'disconnected' : 'connected';
}

/**
 * As {@link openOvsdb}, and waits for the first connection. The signal ends the connection for good; the deadline bounds
 * the wait only.
 * @throws OvsError `NOT_CONNECTED`, `TIMEOUT`, `ABORTED`, `BAD_TARGET`.
 */
export async function connectOvsdb(
  target: string,
  options: OvsdbOptions & Wait = {},
): Promise<Ovsdb> {
  let lastError: Error | undefined;
  const connect = options.connect ?? socketConnect();
  const db = openOvsdb(target, {
    ...options,
    connect: (address) =>
      connect(address).on('error', (error: Error) => {
        lastError = error;
      }),
  });
  const found = new AbortController();
  const isUp = async (): Promise<void> => {
    for await (const state of db.states({ signal: found.signal }))
      if (state === 'connected') return;
  };
  try {
    await waitFor<void>(
      `Connecting to Open vSwitch at ${target}`,
      options,
      ({ resolve, reject }) => {
        isUp().then(resolve, reject);
        return () => found.abort();
      },
      options.clock,
    );
    return db;
  } catch (error) {
    await db.close();
    if (!(error instanceof OvsError) || error.code !== 'TIMEOUT') throw error;
    if (lastError !== undefined) throw notConnected(target, lastError);
    throw new OvsError('TIMEOUT', `Open vSwitch is not reachable at ${target}: ${error.message}`, {
      target,
      cause: error,
    });
  }
}
