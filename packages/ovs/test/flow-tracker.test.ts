import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Child, OutputLine, Spawn } from '@dovesnap/command';
import { type FakeClock, fakeClock } from '@dovesnap/testkit';
import { expect, it, vi } from 'vitest';
import { channel } from '../src/channel.ts';
import { openFlowTracker } from '../src/index.ts';

interface FakeChild {
  readonly argv: readonly string[];
  /** Lines of the fixture. */
  print(fixture: string): void;
  end(): void;
}

/** What a tracker takes in place of ovs-ofctl, and the monitors that it has started. */
function fakeMonitors() {
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
      print: (name) => {
        const url = new URL(`fixtures/ovs-ofctl-3.1.0-monitor-${name}.txt`, import.meta.url);
        const texts = readFileSync(url, 'utf8').trimEnd().split('\n');
        for (const text of texts) lines.push({ stream: 'stderr', text });
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
  const asked: string[] = [];
  const send = async (socket: string, message: string): Promise<void> => {
    await writeFile(socket, '');
    asked.push(message);
  };
  /** The monitor of that number, counted from 0, once it is started. */
  const child = (index: number): Promise<FakeChild> =>
    vi.waitFor(() => children[index] ?? Promise.reject(new Error('it is not started')), 1000);
  return { options: { spawn, send }, child, asked };
}

/** Lets the time pass that the tracker now waits before it starts the monitor again. */
async function passWait(clock: FakeClock, milliseconds: number): Promise<void> {
  await vi.waitFor(() => expect(clock.sleepers()).toEqual([milliseconds]));
  await clock.advance(milliseconds);
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('starts one monitor, asks through its control socket, and leaves nothing of that', async () => {
  const { options, child, asked } = fakeMonitors();
  const tracker = openFlowTracker('lab0', { ...options, rundir: '/r' });
  const { argv } = await child(0);
  const control =
    argv.find((arg) => arg.startsWith('--unixctl='))?.slice('--unixctl='.length) ?? '';
  expect(argv.filter((arg) => !arg.includes(control))).toEqual([
    ...['ovs-ofctl', '-O', 'OpenFlow13', '--no-names', '-mmmm', 'monitor', 'unix:/r/lab0.mgmt'],
  ]);
  await tracker.close();
  expect(asked).toEqual([expect.stringMatching(/^041200300000000[1-9a-f].{80}$/)]);
  expect(existsSync(control)).toBe(false);
});

it('starts the monitor again when it cannot be asked', async () => {
  const { options, child } = fakeMonitors();
  const clock = fakeClock();
  const send = async (): Promise<void> => {
    throw new Error('ovs-ofctl could not ask the switch');
  };
  const tracker = openFlowTracker('lab0', { ...options, send, clock });
  await passWait(clock, 20);
  await passWait(clock, 40);
  await child(2);
  await tracker.close();
});

it('calls whenever all flows have become known', async () => {
  const { options, child } = fakeMonitors();
  const clock = fakeClock();
  let known = 0;
  const tracker = openFlowTracker('lab0', { ...options, clock, onKnown: () => known++ });
  (await child(0)).print('initial');
  await settle();
  expect(known).toBe(1);
  (await child(0)).print('updates');
  await settle();
  expect(known).toBe(1);
  (await child(0)).end();
  await passWait(clock, 20);
  (await child(1)).print('initial');
  await settle();
  expect(known).toBe(2);
  await tracker.close();
});

it('tells apart what was there and what came later', async () => {
  const { options, child } = fakeMonitors();
  const tracker = openFlowTracker('lab0', options);
  expect([tracker.live, tracker.flows()]).toEqual([false, []]);
  (await child(0)).print('initial');
  (await child(0)).print('updates');
  await tracker.until(65534, (flows) => flows.length > 0);
  expect(tracker.flowsOf(7)).toMatchObject([{ priority: 101, actions: 'drop' }]);
  await tracker.close();
});

it('knows nothing while the switch has paused the monitor', async () => {
  const { options, child } = fakeMonitors();
  const tracker = openFlowTracker('lab0', options);
  (await child(0)).print('initial');
  await tracker.until(7, () => true);
  (await child(0)).print('pause');
  await settle();
  expect(tracker.live).toBe(true);
  await tracker.close();
  expect(tracker.live).toBe(false);
});

it('forgets all flows with the monitor and starts it again, later each time', async () => {
  const { options, child } = fakeMonitors();
  const clock = fakeClock();
  const tracker = openFlowTracker('lab0', { ...options, clock, backoff: { first: 20, last: 60 } });
  (await child(0)).print('initial');
  await tracker.until(7, () => true);
  (await child(0)).end();
  await vi.waitFor(() => expect([tracker.live, tracker.flows()]).toEqual([false, []]));
  for (const [index, delay] of [20, 40, 60, 60].entries()) {
    await passWait(clock, delay);
    (await child(index + 1)).end();
  }
  await passWait(clock, 60);
  (await child(5)).print('initial');
  await tracker.until(7, (flows) => flows.length === 2);
  await tracker.close();
});

it('starts the monitor again when its output makes no sense', async () => {
  const { options, child } = fakeMonitors();
  const clock = fakeClock();
  const tracker = openFlowTracker('lab0', { ...options, clock });
  (await child(0)).print('broken');
  await passWait(clock, 20);
  await child(1);
  expect(tracker.live).toBe(false);
  await tracker.close();
});

it('merges the ports of changes that come while the reader works', async () => {
  const { options, child } = fakeMonitors();
  const tracker = openFlowTracker('lab0', options);
  const stop = new AbortController();
  const batches = tracker.changes({ signal: stop.signal })[Symbol.asyncIterator]();
  const first = batches.next();
  (await child(0)).print('initial');
  expect((await first).value).toEqual(new Set([7]));
  (await child(0)).print('updates');
  await settle();
  expect((await batches.next()).value).toEqual(new Set([7, 65534]));
  stop.abort();
  expect(await batches.next()).toEqual({ done: true, value: undefined });
  await tracker.close();
});
