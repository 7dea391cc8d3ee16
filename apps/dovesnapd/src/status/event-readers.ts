import type { ServerResponse } from 'node:http';
import type { Log } from '../edges/log.ts';
import { eventLine } from './event-line.ts';
import type { StatusSource } from './source.ts';

/** How many may read `/events` at once. */
export const mostReaders = 16;

/** What may wait for a reader, bytes: with more unread it is cut off when the next event comes. */
const mostUnread = 1024 * 1024;

/** After how long without traffic the kernel asks whether a reader's host is still there, milliseconds. */
const askAfterMs = 60_000;

/** Those who read `/events`. */
export interface EventReaders {
  /** Whether one more may read. */
  hasRoom(): boolean;
  /** Sends events from now on, as server-sent events, on an answer whose head has been written. */
  admit(response: ServerResponse): void;
  /** Ends the answers of all. */
  close(): void;
}

/** Makes {@link EventReaders}. While nobody reads, events cost nothing. */
export function eventReaders(source: StatusSource, log: Log): EventReaders {
  const readers = new Set<ServerResponse>();
  let unfollow: (() => void) | undefined;
  const forget = (response: ServerResponse): void => {
    readers.delete(response);
    if (readers.size > 0) return;
    unfollow?.();
    unfollow = undefined;
  };
  const follow = (): (() => void) =>
    source.onEvent((event) => {
      const text = `id: ${event.id}\ndata: ${eventLine(event, source.shortEngineId)}\n\n`;
      for (const response of readers) {
        if (response.writableLength <= mostUnread) response.write(text);
        else {
          const reader = response.socket?.remoteAddress;
          log.warn({ reader }, 'a reader of /events does not keep up: disconnected it');
          forget(response);
          response.destroy();
        }
      }
    });
  return {
    hasRoom: () => readers.size < mostReaders,
    admit: (response) => {
      response.socket?.setKeepAlive(true, askAfterMs);
      response.once('close', () => forget(response));
      // A comment, by which whoever reads sees that it is connected.
      response.write(': events follow\n\n');
      readers.add(response);
      unfollow ??= follow();
    },
    close: () => {
      for (const response of readers) response.end();
    },
  };
}
