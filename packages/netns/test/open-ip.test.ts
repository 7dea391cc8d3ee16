import type { Child, OutputLine } from '@dovesnap/command';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openIp } from '../src/open-ip.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** An ip that answers each request at once, or never. */
function scriptedIp(answers: boolean): Child {
  const unread: OutputLine[] = [];
  let wake = (): void => undefined;
  async function* lines(): AsyncGenerator<OutputLine> {
    for (;;) {
      const line = unread.shift();
      if (line !== undefined) yield line;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    pid: 1,
    lines: lines(),
    exited: new Promise(() => undefined),
    write: () => {
      if (!answers) return;
      const end = ['Object "done" is unknown, try "ip help".', 'Command failed -:3'];
      unread.push(...end.map((text) => ({ stream: 'stderr' as const, text })));
      wake();
    },
    close: async () => undefined,
  };
}

it('gives up a request without a limit after half a minute, and goes on with a fresh ip', async () => {
  const started: Child[] = [];
  const spawn = (): Child => {
    const child = scriptedIp(started.length > 0);
    started.push(child);
    return child;
  };
  const ip = openIp(spawn, () => performance.now());
  const hung = ip.ask('link set dev a up', ['a'], {});
  const behind = ip.ask('link set dev b up', ['b'], {});
  const refusal = expect(hung).rejects.toMatchObject({ code: 'TIMEOUT' });
  await vi.advanceTimersByTimeAsync(30_000);
  await refusal;
  expect(await behind).toBeUndefined();
  expect(started).toHaveLength(2);
});
