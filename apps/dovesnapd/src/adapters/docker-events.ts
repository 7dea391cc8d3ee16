import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock, DockerEvent } from '../edges/edges.ts';
import { parseEvent, type RawEvent } from './docker-json.ts';

/** Waits between two tries to reach a Docker that is away, milliseconds: quick at first, for one that is starting. */
const reconnectMs = [100, 200, 500, 1000, 2000] as const;

/**
 * Docker's events, over its comings and goings. The answer's headers come only once the engine serves its API, so
 * `serving` means more than that something listens.
 */
export async function* dockerEvents(options: {
  readonly open: () => Promise<Readable>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): AsyncIterable<DockerEvent> {
  const { open, clock, signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    const stream = await open().catch(() => undefined);
    if (stream !== undefined) {
      failures = 0;
      yield { kind: 'serving' };
      yield* readEvents(stream, signal);
      yield { kind: 'away' };
    }
    await clock.sleep(reconnectMs[Math.min(failures, reconnectMs.length - 1)] ?? 0, signal);
    failures += 1;
  }
}

async function* readEvents(stream: Readable, signal: AbortSignal): AsyncIterable<DockerEvent> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  stream.on('error', () => undefined);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  stream.once('close', () => lines.close());
  try {
    for await (const line of lines) {
      const event = line.trim() === '' ? undefined : parseEvent(JSON.parse(line) as RawEvent);
      if (event !== undefined) yield event;
    }
  } catch {
    // A stream that breaks and one that ends mean the same: Docker has gone.
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}
