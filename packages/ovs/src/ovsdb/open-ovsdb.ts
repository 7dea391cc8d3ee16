import { held } from '@dovesnap/command';
import { type Clock, systemClock } from '../clock.ts';
import { isOvsError, notConnected, OvsError } from '../error.ts';
import type { Wait } from '../types.ts';
import { type Ending, waitFor } from '../wait.ts';
import { lackingForTransaction } from './check-schema.ts';
import type { Schema } from './codec.ts';
import { type Connect, socketConnect } from './connect.ts';
import { type Backoff, keepLink, type Live } from './link.ts';
import { openLocks } from './locks.ts';
import { monitorRows } from './monitor-rows.ts';
import type { ConnectionState, OperationResult, Ovsdb } from './ovsdb-types.ts';
import { openStates } from './states.ts';
import { decodeRow } from './subscription.ts';
import { parseOvsdbTarget } from './target.ts';
import { sendTransaction } from './transact.ts';
import { openWatches } from './watches.ts';

/** Options for a connection. */
export interface OvsdbOptions {
  /** Closes the connection permanently when it fires, like `close`. */
  readonly signal?: AbortSignal | undefined;
  /** Default deadline of a transaction, in milliseconds. Default 10,000. */
  readonly transactDeadline?: number | undefined;
  /**
   * Time without a message before the server is probed, in milliseconds. The connection is closed after twice that
   * time. Default 15,000.
   */
  readonly probe?: number | undefined;
  /** Delays between attempts to connect. Default 50 ms, doubled up to 1 s: OVS takes about 1 s to restart. */
  readonly backoff?: Backoff | undefined;
  /** Name of the database. Default `Open_vSwitch`. */
  readonly database?: string | undefined;
  /** Default {@link socketConnect}. */
  readonly connect?: Connect | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Opens a connection in the background and returns at once; the server may be absent. Reconnects after each loss. The
 * connection does not keep the process alive, but a caller that waits for it does.
 * @throws OvsError `BAD_TARGET`.
 */
export function openOvsdb(target: string, options: OvsdbOptions = {}): Ovsdb {
  return open(target, options, () => undefined);
}

/** Opens a connection. Calls `onFailed` with the reason of each failed attempt. */
function open(target: string, options: OvsdbOptions, onFailed: (reason: Error) => void): Ovsdb {
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
      if (!wasUp) return onFailed(reason);
      locks.down();
      watches.down();
      feed.changed();
    },
    onNotification: (method, params) => {
      watches.notified(method, params);
      locks.notified(method, params);
    },
  });
  const lost = (reason: Error): OvsError =>
    ended.signal.aborted ? closedError(target) : notConnected(target, reason);
  const transact: Ovsdb['transact'] = async (operations, wait = {}) => {
    if (operations.length === 0) return [];
    const open = live;
    if (open === undefined) throw whyAbsent(target, lastError);
    const lacks = lackingForTransaction(open.schema, operations);
    if (lacks !== undefined) throw lacks;
    const limits = { ...wait, deadline: wait.deadline ?? transactDeadline };
    const send: Send = (ending) => sendTransaction(open, operations, ending, lost);
    return await waitFor('A transaction', limits, send, clock);
  };
  const close = async (): Promise<void> => {
    ended.abort();
    locks.close(notConnected(target, closedError(target)));
    await held(link);
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

/**
 * Returns the error for a missing connection. An OvsError, e.g. for a server without the database, says more than "not
 * reachable".
 */
function whyAbsent(target: string, reason: Error | undefined): OvsError {
  return isOvsError(reason) ? reason : notConnected(target, reason);
}

function closedError(target: string): OvsError {
  return new OvsError('ABORTED', `The connection to ${target} was closed`, { target });
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
 * Opens a connection like {@link openOvsdb} and waits until it is established. The signal closes the connection
 * permanently; the deadline only limits the wait.
 * @throws OvsError `NOT_CONNECTED`, `NO_DATABASE`, `TIMEOUT`, `ABORTED`, `BAD_TARGET`.
 */
export async function connectOvsdb(
  target: string,
  options: OvsdbOptions & Wait = {},
): Promise<Ovsdb> {
  let lastError: Error | undefined;
  let refuse: (error: OvsError) => void = () => undefined;
  const db = open(target, options, (reason) => {
    lastError = reason;
    if (isOvsError(reason)) refuse(reason);
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
        refuse = reject;
        isUp().then(resolve, reject);
        return () => found.abort();
      },
      options.clock,
    );
    return db;
  } catch (error) {
    const reason = lastError;
    await db.close();
    if (!isOvsError(error, 'TIMEOUT')) throw error;
    if (reason !== undefined) throw notConnected(target, reason);
    throw new OvsError('TIMEOUT', `Open vSwitch is not reachable at ${target}: ${error.message}`, {
      target,
      cause: error,
    });
  }
}
