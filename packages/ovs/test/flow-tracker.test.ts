import { readFileSync } from 'node:fs';
import type { Child, OutputLine, Spawn } from '@dovesnap/command';
import { fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { channel } from '../src/channel.ts';
import { openFlowTracker } from '../src/index.ts';

interface FakeChild {
  readonly argv: readonly string[];
  /** Lines of the fixture, on that stream. */
  print(stream: OutputLine['stream'], fixture: string): void;
  end(): void;
}

function fakeSpawn(): { spawn: Spawn; children: FakeChild[] } {
  const children: FakeChild[] = [];
  const spawn: Spawn = (file, args, options): Child => {
    const ended = new AbortController();
    const lines = channel<OutputLine>();
    const exited = new Promise<{ code: number; signal: undefined }>((resolve) => {
      ended.signal.addEventListener('abort', () => resolve({ code: 1, signal: undefined }));
    });
    options?.signal?.addEventListener('abort', () => ended.abort());
    children.push({
      argv: [file, ...args],
      end: () => ended.abort(),
      print: (stream, name) => {
        const url = new URL(`fixtures/ovs-ofctl-3.1.0-monitor-${name}.txt`, import.meta.url);
        const texts = readFileSync(url, 'utf8').trimEnd().split('\n');
        for (const text of texts) lines.push({ stream, text });
      },
    });
    return {
      pid: 1,
      lines: lines.read(ended.signal, () => undefined),
      exited,
      write: () => undefined,
      close: async () => ended.abort(),
    };
  };
  return { spawn, children };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('starts one monitor without a control socket', async () => {
  const { spawn, children } = fakeSpawn();
  const tracker = openFlowTracker('lab0', { spawn, rundir: '/r' });
  const flags = ['-O', 'OpenFlow13', '--no-names', '--unixctl=none', '-mmmm'];
  expect(children.map(({ argv }) => argv)).toEqual([
    ['ovs-ofctl', ...flags, 'monitor', 'unix:/r/lab0.mgmt', 'watch:'],
  ]);
  await tracker.close();
});

it('calls whenever all flows have been told anew', async () => {
  const { spawn, children } = fakeSpawn();
  const clock = fakeClock();
  let known = 0;
  const tracker = openFlowTracker('lab0', { spawn, clock, onKnown: () => known++ });
  children[0]?.print('stdout', 'initial');
  await settle();
  expect(known).toBe(1);
  children[0]?.print('stderr', 'updates');
  await settle();
  expect(known).toBe(1);
  children[0]?.end();
  await settle();
  await clock.advance(20);
  await settle();
  children[1]?.print('stdout', 'initial');
  await settle();
  expect(known).toBe(2);
  await tracker.close();
});

it('keeps later changes back until what was there has been told', async () => {
  const { spawn, children } = fakeSpawn();
  const tracker = openFlowTracker('lab0', { spawn });
  children[0]?.print('stderr', 'updates');
  await settle();
  expect([tracker.live, tracker.flows()]).toEqual([false, []]);
  children[0]?.print('stdout', 'initial');
  await tracker.until(7, (flows) => flows.length > 0);
  expect(tracker.flowsOf(7)).toMatchObject([{ priority: 101, actions: 'drop' }]);
  expect(tracker.flowsOf(65534)).toHaveLength(1);
  await tracker.close();
});

it('knows nothing while the switch has paused the monitor', async () => {
  const { spawn, children } = fakeSpawn();
  const tracker = openFlowTracker('lab0', { spawn });
  children[0]?.print('stdout', 'initial');
  await tracker.until(7, () => true);
  children[0]?.print('stderr', 'pause');
  await settle();
  expect(tracker.live).toBe(true);
  await tracker.close();
  expect(tracker.live).toBe(false);
});

it('forgets all flows with the monitor and starts it again, later each time', async () => {
  const { spawn, children } = fakeSpawn();
  const clock = fakeClock();
  const tracker = openFlowTracker('lab0', { spawn, clock, backoff: { first: 20, last: 60 } });
  children[0]?.print('stdout', 'initial');
  await tracker.until(7, () => true);
  children[0]?.end();
  await settle();
  expect([tracker.live, tracker.flows()]).toEqual([false, []]);
  for (const delay of [20, 40, 60, 60]) {
    const before = children.length;
    await clock.advance(delay - 1);
    expect(children).toHaveLength(before);
    await clock.advance(1);
    expect(children).toHaveLength(before + 1);
    children.at(-1)?.end();
    await settle();
  }
  await clock.advance(60);
  children.at(-1)?.print('stdout', 'initial');
  await tracker.until(7, (flows) => flows.length === 2);
  await tracker.close();
});

it('starts the monitor again when its output makes no sense', async () => {
  const { spawn, children } = fakeSpawn();
  const clock = fakeClock();
  const tracker = openFlowTracker('lab0', { spawn, clock });
  children[0]?.print('stdout', 'broken');
  await settle();
  await clock.advance(20);
  expect(children).toHaveLength(2);
  expect(tracker.live).toBe(false);
  await tracker.close();
});

it('merges the ports of changes that come while the reader works', async () => {
  const { spawn, children } = fakeSpawn();
  const tracker = openFlowTracker('lab0', { spawn });
  const stop = new AbortController();
  const batches = tracker.changes({ signal: stop.signal })[Symbol.asyncIterator]();
  const first = batches.next();
  children[0]?.print('stdout', 'initial');
  expect((await first).value).toEqual(new Set([7]));
  children[0]?.print('stderr', 'updates');
  await settle();
  expect((await batches.next()).value).toEqual(new Set([7, 65534]));
  stop.abort();
  expect(await batches.next()).toEqual({ done: true, value: undefined });
  await tracker.close();
});
