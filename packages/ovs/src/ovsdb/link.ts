import type { Clock } from '../clock.ts';
import { parseSchema, type Schema } from './codec.ts';
import type { Connect } from './connect.ts';
import { openSession, type Session } from './session.ts';
import type { OvsdbTarget } from './target.ts';

/** Waits between two tries to connect, milliseconds: the first, doubled each time up to the last. */
export interface Backoff {
  readonly first: number;
  readonly last: number;
}

/** A session with a database that has told its schema. */
export interface Live {
  readonly session: Session;
  readonly schema: Schema;
  readonly database: string;
}

/** What a link needs of its surroundings. */
export interface LinkOptions {
  readonly target: OvsdbTarget;
  readonly database: string;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly probe: number;
  readonly backoff: Backoff;
  /** Ends the link. */
  readonly signal: AbortSignal;
  onUp(live: Live): void;
  onNotification(method: string, params: readonly unknown[]): void;
  /** A session ended (`wasUp`), or a try to open one failed. */
  onDown(reason: Error, wasUp: boolean): void;
}

/** Keeps a session with the database open until the signal fires. Resolves when the last one is closed. */
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

/** Runs one session to its end. Resolves to whether it got as far as being used. */
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
        session.close(error);
        return;
      }
      up = true;
      options.onUp({ session, schema: parseSchema(result), database: options.database });
    });
  });
}
