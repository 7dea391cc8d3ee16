import { readdir, readlink } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { spawn } from '@dovesnap/command';
import { openNamespace, type TestNamespace } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  addAddress,
  addRoute,
  addVeth,
  type Change,
  netns,
  openNetns,
  removeAddress,
  removeLink,
  removeRoute,
  setLink,
} from '../src/index.ts';
import { type Inside, openInside } from './ways.ts';

let space: TestNamespace;
let inside: Inside;

beforeEach(async () => {
  space = await openNamespace();
  inside = openInside(space);
  await inside.here.apply([addVeth('v0', 'v1'), setLink('v0', { up: true })]);
});

afterEach(async () => {
  await inside.here.close();
  await space.close();
});

/** The process that the handle uses now. */
function ip(): { pid: number; exited: Promise<unknown> } {
  const { pid, exited } = inside.started.at(-1) ?? expect.fail('no ip was started');
  return { pid: pid ?? expect.fail('ip was not started'), exited };
}

/** Makes ip hang: it answers nothing until it is told to go on. Gives the way to tell it. */
function hang(): () => Promise<unknown> {
  const { pid, exited } = ip();
  process.kill(pid, 'SIGSTOP');
  return async () => {
    process.kill(pid, 'SIGCONT');
    await exited;
  };
}

const aliasOf = async (name: string) => (await inside.here.link(name))?.alias;
const failureOf = async (promise: Promise<unknown>) => {
  const { code, message, change } = await promise.then(
    () => expect.fail('nothing failed'),
    (error: { code: string; message: string; change: Change }) => error,
  );
  return { code, message, change };
};

/** Changes that fail, each in a way of its own. The last ones are those that end ip. */
const bad: readonly Change[] = [
  setLink('nosuch', { up: true }),
  setLink('v0', { mtu: 100_000 }),
  setLink('v0', { mtu: 10 }),
  setLink('v0', { name: 'v1' }),
  setLink('v0', { netns: { path: '/no/such/namespace' } }),
  setLink('v0', { netns: { path: '/etc/passwd' } }),
  addVeth('v0', 'w1', { mac: '02:00:00:00:00:01' }),
  addAddress('nosuch', '10.9.0.1/24'),
  addAddress('v0', '10.9.0.1/24', { validLifetime: 10, preferredLifetime: 20 }),
  addRoute({ destination: '10.5.0.0/24', via: '10.66.0.1' }),
  addRoute({ destination: '10.5.0.0/24', link: 'nosuch' }),
  removeLink('lo'),
  addRoute({ destination: '10.5.0.0/24', link: 'v0', protocol: 'nosuch' }),
  addRoute({ destination: '10.5.0.0/24', link: 'nosuch', protocol: 'nosuch' }),
  setLink('v0', { txQueueLength: 2 ** 32 - 1 }),
];

describe('errors', () => {
  it.each(bad)('are those of a program for each batch: $kind %#', async (change) => {
    const [first, next] = [setLink('v1', { alias: 'first' }), setLink('v1', { alias: 'next' })];
    const there = netns({ path: space.path });
    const expected = await failureOf(there.apply([first, change, next]));
    expect(expected).toMatchObject({ change });
    expect(await failureOf(inside.here.apply([first, change, next]))).toEqual(expected);
    expect(await aliasOf('v1')).toBe('first');
    await inside.here.apply([next]);
    expect(await aliasOf('v1')).toBe('next');
  });

  it('reach the caller whose change it is', async () => {
    const results = await Promise.allSettled([
      inside.here.apply([setLink('v0', { alias: 'one' })]),
      inside.here.apply([setLink('nosuch', { up: true })]),
      inside.here.apply([setLink('v1', { alias: 'two' })]),
      inside.here.apply([addRoute({ destination: '10.5.0.0/24', link: 'v0', protocol: 'nosuch' })]),
      inside.here.apply([addAddress('v0', '10.9.0.1/24'), addAddress('nosuch', '10.9.0.1/24')]),
      inside.here.apply([removeLink('nosuch'), removeAddress('v0', '10.9.0.1/24')]),
    ]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      ...[false, 'LINK_NOT_FOUND', false, 'BAD_VALUE', 'LINK_NOT_FOUND', false],
    ]);
    expect([await aliasOf('v0'), await aliasOf('v1')]).toEqual(['one', 'two']);
  });

  it.each([
    ['no-such-ip', 'NOT_INSTALLED', /: no-such-ip is not installed \(/],
    ['false', 'COMMAND', /: ip -force -batch - exited with 1$/],
  ])('say so when ip itself fails: %s', async (file, code, end) => {
    const here = openNetns({
      run: space.run,
      spawn: (_file, args, options) => spawn(file, args, options),
    });
    for (const change of [addAddress('v0', '10.9.0.1/24'), setLink('v0', { up: true })]) {
      const message = expect.stringMatching(end);
      await expect(here.apply([change])).rejects.toMatchObject({ code, change, message });
    }
    await here.close();
  });
});

it.each([
  ['TIMEOUT', { deadline: 0 }, 'no time was left to run ip -force -batch -'],
  ['ABORTED', { signal: AbortSignal.abort() }, 'ip -force -batch - was stopped'],
])(
  'asks nothing of ip when the limits of the call leave it no time: %s',
  async (code, wait, why) => {
    const change = setLink('v0', { alias: 'late' });
    await expect(inside.here.apply([change], wait)).rejects.toMatchObject({
      ...{ code, change, message: `link v0 could not be changed: ${why}` },
    });
    expect(await aliasOf('v0')).toBeUndefined();
  },
);

describe('one process', () => {
  it('makes 1,000 changes', async () => {
    for (let n = 0; n < 500; n += 1) {
      await inside.here.apply([setLink('v0', { alias: `${n}` }), setLink('v1', { alias: `${n}` })]);
    }
    expect(inside.started).toHaveLength(1);
    expect(inside.ran).toEqual([]);
    expect(await aliasOf('v1')).toBe('499');
  });

  it('keeps the order of changes that nobody waits for', async () => {
    const changes = Array.from({ length: 100 }, (_, n) => setLink('v0', { alias: `${n}` }));
    await Promise.all(changes.map((change) => inside.here.apply([change])));
    expect(await aliasOf('v0')).toBe('99');
  });

  it('is used for a minute', async () => {
    let clock = 0;
    const { here, started } = openInside(space, { now: () => clock });
    await here.apply([setLink('v0', { up: true })]);
    clock = 60_000;
    await here.apply([setLink('v0', { up: true })]);
    expect(started).toHaveLength(1);
    clock = 60_001;
    await here.apply([setLink('v0', { up: true })]);
    expect(started).toHaveLength(2);
    expect(await started[0]?.exited).toMatchObject({ signal: 'SIGTERM' });
    await here.close();
  });

  it('ends when the handle is closed, after the changes so far', async () => {
    const { exited } = ip();
    const changes = ['one', 'two'].map((alias) => inside.here.apply([setLink('v0', { alias })]));
    await inside.here.close();
    await Promise.all([exited, ...changes]);
    expect(await aliasOf('v0')).toBe('two');
    await inside.here.apply([setLink('v0', { alias: 'three' })]);
    await inside.here.close();
    expect(inside.started).toHaveLength(1);
    expect(await aliasOf('v0')).toBe('three');
  });

  it('is not left behind by a call that goes on while the handle is closed', async () => {
    const aliases = Array.from({ length: 20 }, (_, n) => setLink('v0', { alias: `${n}` }));
    const change = inside.here.apply(aliases);
    await inside.here.close();
    await change;
    expect(await aliasOf('v0')).toBe('19');
    await Promise.all(inside.started.map(({ exited }) => exited));
  });

  it('leaves long batches to a program of their own', async () => {
    const pairs = Array.from({ length: 33 }, (_, n) => addVeth(`a${n}`, `b${n}`));
    await inside.here.apply(pairs);
    await inside.here.apply(pairs.slice(1).map((_, n) => setLink(`a${n}`, { up: true })));
    expect(inside.ran).toEqual(['ip -batch -']);
    expect(await inside.here.link('a31')).toMatchObject({ up: true });
  });

  it('leaves what is taken and given back to a program of its own, which gets all of it at once', async () => {
    const route = { destination: '10.5.0.0/24', link: 'v0' };
    await inside.here.apply([addRoute(route)]);
    await inside.here.apply([removeRoute(route), addRoute({ ...route, metric: 7 })]);
    await inside.here.apply([setLink('v0', { up: false }), setLink('v0', { up: true })]);
    expect(inside.ran).toEqual(['ip -batch -', 'ip -batch -']);
    await inside.here.apply([setLink('v0', { up: false }), setLink('v1', { up: false })]);
    expect(inside.ran).toHaveLength(2);
  });

  it('does not hold up changes by the removal of links', async () => {
    await inside.here.apply([removeLink('v0')]);
    await inside.here.apply([addVeth('v0', 'v1'), removeLink('v0')]);
    expect(inside.ran).toEqual(['ip -force -batch -', 'ip -batch -']);
    expect(await inside.here.link('v0')).toBeUndefined();
  });

  it('keeps no namespace open that it moves a link to', async () => {
    const other = await openNamespace();
    try {
      await inside.here.apply([setLink('v1', { netns: { pid: other.pid } })]);
      const fds = `/proc/${ip().pid}/fd`;
      const open = await Promise.all((await readdir(fds)).map((fd) => readlink(`${fds}/${fd}`)));
      expect(open.filter((file) => file.startsWith('net:'))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('when ip', () => {
  it('is killed in between, the next change goes to a fresh one', async () => {
    const { pid, exited } = ip();
    process.kill(pid, 'SIGKILL');
    await exited;
    await inside.here.apply([setLink('v0', { alias: 'noticed' })]);
    expect(inside.started).toHaveLength(2);
    process.kill(ip().pid, 'SIGKILL');
    await inside.here.apply([setLink('v0', { alias: 'not noticed' })]);
    expect(inside.started).toHaveLength(3);
    expect(await aliasOf('v0')).toBe('not noticed');
  });

  it('is killed before it answers, a fresh one gets the same change', async () => {
    hang();
    const change = inside.here.apply([setLink('v0', { alias: 'same' })]);
    process.kill(ip().pid, 'SIGKILL');
    await change;
    expect(inside.started).toHaveLength(2);
    expect(await aliasOf('v0')).toBe('same');
  });

  it('hangs, the deadline and the signal of each caller hold', async () => {
    const goOn = hang();
    const controller = new AbortController();
    const late = inside.here.apply([setLink('v0', { alias: 'late' })], { deadline: 50 });
    const queued = inside.here.apply([setLink('v1', { alias: 'queued' })]);
    const given = inside.here.apply([setLink('v1', { alias: 'given up' })], {
      signal: controller.signal,
    });
    controller.abort();
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(late).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(
        /^link v0 could not be changed: ip -force -batch - took more than [\d.]+ ms$/,
      ),
    });
    await queued;
    await goOn();
    expect(inside.started).toHaveLength(2);
    expect([await aliasOf('v0'), await aliasOf('v1')]).toEqual([undefined, 'queued']);
  });

  it('is given up by the caller that it answers, it is ended', async () => {
    const goOn = hang();
    const controller = new AbortController();
    const change = inside.here.apply([setLink('v0', { alias: 'given up' })], {
      signal: controller.signal,
    });
    await setImmediate();
    controller.abort();
    await expect(change).rejects.toMatchObject({ code: 'ABORTED' });
    await goOn();
    await inside.here.apply([setLink('v1', { alias: 'next' })]);
    expect([await aliasOf('v0'), await aliasOf('v1')]).toEqual([undefined, 'next']);
  });
});
