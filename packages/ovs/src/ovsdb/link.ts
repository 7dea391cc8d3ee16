import type { Clock } from '../clock.ts';
import { noDatabase } from '../error.ts';
import { parseSchema, type Schema } from './codec.ts';
import type { Connect } from './connect.ts';
import { openSession, RpcError, type Session } from './session.ts';
import type { OvsdbTarget } from './target.ts';

/** Delays between attempts, in milliseconds: starts at `first` and doubles each time up to `last`. */
export interface Backoff {
  readonly first: number;
  readonly last: number;
}

/** A session with a database whose schema is known. */
export interface Live {
  readonly session: Session;
  readonly schema: Schema;
  readonly database: string;
}

/** Options and callbacks of a link. */
export interface LinkOptions {
  readonly target: OvsdbTarget;
  readonly database: string;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly probe: number;
  readonly backoff: Backoff;
  /** Closes the link when it fires. */
  readonly signal: AbortSignal;
  onUp(live: Live): void;
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called when a session ended (`wasUp` is true) or an attempt to open one failed. */
  onDown(reason: Error, wasUp: boolean): void;
}

/** Keeps a session with the database open until the signal fires. Resolves when the last session is closed. */
export async function keepLink(options: LinkOptions): Promise<void> {
  const { clock, signal, backoff } = options;
  let delay = backoff.first;
  while (!signal.aborted) {
    const wasUp = await runSession(options);
    if (signal.aborted) return;
    if (wasUp) delay = backoff.first;
    await clock.sleep(delay, signal).catch(() => undefined);
    delay = Math.min(2 * delay, backoff.last);
  }
}

/** Runs one session to its end. Resolves to whether the session became usable. */
function runSession(options: LinkOptions): Promise<boolean> {
  return new Promise((resolve) => {
    let up = false;
    const session = openSession(options.connect(options.target), {
      clock: options.clock,
      probe: options.probe,
      onNotification: options.onNotification,
      onClose: (reason) => {
        options.signal.removeEventListener('abort', stop);
        options.onDown(reason, up);
        resolve(up);
      },
    });
    const stop = (): void => session.close(new Error('closed'));
    options.signal.addEventListener('abort', stop);
    session.call('get_schema', [options.database], (error, result) => {
      if (error !== undefined) {
        explain(session, options.database, error);
        return;
      }
      up = true;
      options.onUp({ session, schema: parseSchema(result), database: options.database });
    });
  });
}

/** Closes a session that could not get the schema. Gives a reason that a person can act on. */
function explain(session: Session, database: string, error: Error): void {
  if (!(error instanceof RpcError) || error.error !== 'unknown database') {
    session.close(error);
    return;
  }
  session.call('list_dbs', [], (failed, names) => {
    session.close(failed ?? noDatabase(database, names as readonly string[]));
  });
}
