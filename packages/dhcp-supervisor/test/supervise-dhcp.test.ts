import { constants } from 'node:fs';
import type { Child, Exit, OutputLine, Spawn } from '@dovesnap/command';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { clientCommand } from '../src/client-command.ts';
import { type DhcpClientSpec, type DhcpEvent, superviseDhcp } from '../src/index.ts';
import { findScript } from '../src/script.ts';

const spec: DhcpClientSpec = { namespace: { pid: 42 }, interface: 'eth0', hostname: 'web' };
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const bound = 'dhcp-event type=626f756e64 ip=31302e37372e302e3130';
const deconfig = 'dhcp-event type=6465636f6e666967';

/** A client whose lines are written by the test. */
function scripted(): {
  spawn: Spawn;
  argv: string[];
  say: (text: string, stream?: 'stdout' | 'stderr') => void;
  exit: (exit: Exit) => void;
} {
  const argv: string[] = [];
  const lines: OutputLine[] = [];
  let wake = (): void => undefined;
  let finish: (exit: Exit) => void = () => undefined;
  let hasEnded = false;
  const exited = new Promise<Exit>((resolve) => {
    finish = resolve;
  });
  const exit = (how: Exit): void => {
    hasEnded = true;
    finish(how);
    wake();
  };
  async function* read(): AsyncGenerator<OutputLine> {
    while (true) {
      const next = lines.shift();
      if (next !== undefined) yield next;
      else if (hasEnded) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const spawn: Spawn = (file, args): Child => {
    argv.push(file, ...args);
    const close = (): Promise<void> => {
      exit({ code: undefined, signal: 'SIGTERM' });
      return Promise.resolve();
    };
    return { pid: 4711, lines: read(), exited, write: () => undefined, close };
  };
  const say = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): void => {
    lines.push({ stream, text });
    wake();
  };
  return { spawn, argv, say, exit };
}

async function next(events: AsyncIterator<DhcpEvent>): Promise<DhcpEvent | undefined> {
  const { value, done } = await events.next();
  return done === true ? undefined : value;
}

function listen(client: ReturnType<typeof superviseDhcp>): AsyncIterator<DhcpEvent> {
  const { signal } = new AbortController();
  return client.events({ signal })[Symbol.asyncIterator]();
}

test('one udhcpc runs in the namespace, in the foreground, with our script', () => {
  const { spawn, argv } = scripted();
  superviseDhcp(spec, { spawn });
  const script = findScript('eth0');
  expect(argv.join(' ')).toBe(
    `nsenter --net=/proc/42/ns/net -- env -i ${path} DHCP_CONFIGURE=yes udhcpc -f -i eth0 -s ${script} -O mtu -t 4 -T 1 -A 10 -x hostname:web`,
  );
});

test('a namespace by path, a search of its own and no configuring are passed on', () => {
  const search = { attempts: 2, interval: 1500, pause: 1 };
  const [file, args] = clientCommand(
    { namespace: { path: '/run/netns/lab' }, interface: 'e', configure: false, search },
    '/s',
  );
  expect([file, ...args].join(' ')).toBe(
    `nsenter --net=/run/netns/lab -- env -i ${path} DHCP_CONFIGURE=no udhcpc -f -i e -s /s -O mtu -t 2 -T 2 -A 1`,
  );
});

test.each<[string, Partial<DhcpClientSpec>]>([
  ['interface', { interface: '-x' }],
  ['interface', { interface: 'longer-than-fifteen' }],
  ['hostname', { hostname: 'a b' }],
  ['hostname', { hostname: '' }],
  ['namespace path', { namespace: { path: 'lab' } }],
  ['namespace pid', { namespace: { pid: 0 } }],
  ['number of attempts', { search: { attempts: 0, interval: 1, pause: 1 } }],
])('a bad %s is refused before anything starts: %j', (what, part) => {
  const { spawn, argv } = scripted();
  const refused = expect.objectContaining({
    name: 'DhcpError',
    code: 'INVALID_SPEC',
    message: expect.stringContaining(`is not a usable ${what}`),
  });
  expect(() => superviseDhcp({ ...spec, ...part }, { spawn })).toThrowError(refused);
  expect(argv).toEqual([]);
});

test('a script that may not be executed is refused', () => {
  const access = (_: string, mode: number): void => {
    expect(mode).toBe(constants.X_OK);
    throw new Error('EACCES');
  };
  const missing = expect.objectContaining({ code: 'SCRIPT_MISSING', interface: 'eth0' });
  expect(() => findScript('eth0', access)).toThrowError(missing);
  expect(findScript('eth0', () => undefined, 'file:///p/dist/index.js')).toBe(
    '/p/dist/udhcpc-event.sh',
  );
});

test('events reach every listener, and the lease follows them', async () => {
  const { spawn, say } = scripted();
  const client = superviseDhcp(spec, { spawn, clock: fakeClock(1000) });
  const [a, b] = [listen(client), listen(client)];
  say('udhcpc: sending discover', 'stderr');
  say(bound);
  expect(await next(a)).toMatchObject({ type: 'bound', lease: { expiresAt: 3_601_000 } });
  expect(client.lease?.address).toBe('10.77.0.10');
  say(deconfig);
  expect(await next(a)).toEqual({ type: 'deconfigured' });
  expect(client.lease).toBeUndefined();
  expect([(await next(b))?.type, (await next(b))?.type]).toEqual(['bound', 'deconfigured']);
});

test('a client that ends says so with its last words, also to who listens later', async () => {
  const { spawn, say, exit } = scripted();
  const client = superviseDhcp(spec, { spawn });
  const events = listen(client);
  say('nsenter: cannot open /proc/42/ns/net: No such file or directory', 'stderr');
  exit({ code: 1, signal: undefined });
  const last = {
    type: 'exited',
    code: 1,
    detail: 'nsenter: cannot open /proc/42/ns/net: No such file or directory',
  };
  expect(await next(events)).toEqual(last);
  expect(await next(events)).toBeUndefined();
  const late = listen(client);
  expect([await next(late), await next(late)]).toEqual([last, undefined]);
});

test('a listener ends when its signal fires', async () => {
  const { spawn } = scripted();
  const stop = new AbortController();
  const client = superviseDhcp(spec, { spawn });
  const events = client.events({ signal: stop.signal })[Symbol.asyncIterator]();
  const waiting = next(events);
  stop.abort();
  expect(await waiting).toBeUndefined();
});

test('release asks the client, waits for it to act, then ends it', async () => {
  const { spawn, say } = scripted();
  const signals: string[] = [];
  const kill = (pid: number, signal: string): void => {
    signals.push(`${pid} ${signal}`);
    say(deconfig);
  };
  const client = superviseDhcp(spec, { spawn, kill, clock: fakeClock() });
  const events = listen(client);
  say(bound);
  expect((await next(events))?.type).toBe('bound');
  await client.release();
  expect(signals).toEqual(['4711 SIGUSR2']);
  expect(await next(events)).toEqual({ type: 'deconfigured' });
  expect((await next(events))?.type).toBe('exited');
  await client.release();
  expect(signals).toHaveLength(1);
});

test('a client that does not act on release is ended and reported', async () => {
  const { spawn, say } = scripted();
  const clock = fakeClock();
  const client = superviseDhcp(spec, { spawn, clock, kill: () => undefined });
  const events = listen(client);
  say(bound);
  await next(events);
  const released = client.release().catch((error: unknown) => error);
  await clock.advance(2000);
  expect(await released).toMatchObject({ code: 'RELEASE_TIMEOUT', interface: 'eth0' });
  expect((await next(events))?.type).toBe('exited');
});

test('no signal is sent before the client can take it', async () => {
  const { spawn, say } = scripted();
  const signals: string[] = [];
  const client = superviseDhcp(spec, { spawn, kill: (_, signal) => void signals.push(signal) });
  client.renew();
  const events = listen(client);
  say(deconfig);
  await next(events);
  expect(signals).toEqual([]);
  client.renew();
  expect(signals).toEqual(['SIGUSR1']);
  await client.stop();
  client.renew();
  expect(signals).toHaveLength(1);
});

test('a client that is already gone when signalled is no error', async () => {
  const { spawn, say } = scripted();
  const gone = Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
  const client = superviseDhcp(spec, {
    spawn,
    kill: () => {
      throw gone;
    },
  });
  const events = listen(client);
  say(deconfig);
  await next(events);
  expect(() => client.renew()).not.toThrow();
});
