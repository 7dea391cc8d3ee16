import { StringDecoder } from 'node:string_decoder';
import type { OutputLine } from './types.ts';

/** A byte stream of a child process. */
export interface ByteSource {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * The maximum number of unread lines. Beyond that, the oldest line is dropped. The program never blocks on its output:
 * a slow or missing reader must not stop a daemon that logs.
 */
export const unreadLimit = 10_000;

/** Reads both outputs of a program from now on. Yields their lines to one reader, in order of arrival. */
export function collectLines(
  sources: Readonly<Partial<Record<OutputLine['stream'], ByteSource>>>,
): AsyncIterable<OutputLine> {
  const unread: OutputLine[] = [];
  let wake = (): void => undefined;
  let open = 0;
  const push = (line: OutputLine): void => {
    if (unread.push(line) > unreadLimit) unread.shift();
    wake();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    const source = sources[stream];
    if (source === undefined) continue;
    open += 1;
    readLines(
      source,
      (text) => push({ stream, text }),
      () => {
        open -= 1;
        wake();
      },
    );
  }
  async function* drain(): AsyncGenerator<OutputLine, void> {
    for (;;) {
      const line = unread.shift();
      if (line !== undefined) yield line;
      else if (open === 0) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return drain();
}

function readLines(source: ByteSource, push: (text: string) => void, end: () => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  source.on('data', (chunk) => {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) push(part.endsWith('\r') ? part.slice(0, -1) : part);
  });
  source.once('close', () => {
    rest += decoder.end();
    if (rest !== '') push(rest);
    end();
  });
}
