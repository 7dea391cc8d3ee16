import { afterEach, describe, expect, it } from 'vitest';
import { setAcl, setInterface } from '../src/edit/edit.ts';
import { errorOf, path, type Rig, type RigOptions, rig, start } from './fakes/rig.ts';

let open: Rig | undefined;
const openRig = async (options: RigOptions = {}): Promise<Rig> => {
  open = await rig(options);
  return open;
};
afterEach(async () => {
  await open?.store.close();
  open = undefined;
});

const port3 = setInterface('net1', 3, { nativeVlan: 100 });
const port4 = setInterface('net1', 4, { nativeVlan: 100 });
const poison = setAcl('poison', [{ actions: { allow: 1 } }]);
const refuses = (text: string): string | undefined =>
  text.includes('poison') ? 'no poison please' : undefined;
const hour = 3_600_000;

describe('a store whose Faucet is away', () => {
  it('writes the edit, says UNCONFIRMED after 5 s, and knows when it is loaded', async () => {
    const { store, run, text, clock, faucet } = await openRig({ running: false });
    const error = await errorOf(run(store.apply([port3])));
    expect(error).toMatchObject({ code: 'UNCONFIRMED', revision: 1 });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(clock.now()).toBeGreaterThanOrEqual(5000);
    expect(clock.now()).toBeLessThan(5200);
    expect(text()).toContain('3:');
    faucet.start();
    await run(store.loaded(1));
    expect(store.status()).toMatchObject({ reachable: true, loaded: true });
  });

  it('asks once a second at most while something is unconfirmed, and never when nothing is', async () => {
    const { store, run, clock, asked, faucet } = await openRig({ running: false });
    await errorOf(run(store.apply([port3])));
    const before = asked();
    await clock.advance(hour / 60);
    expect(asked() - before).toBeLessThan(75);
    faucet.start();
    await run(store.loaded(1));
    const after = asked();
    await clock.advance(hour);
    expect(asked()).toBe(after);
  });

  it('sends no signal before Faucet has answered once', async () => {
    const { store, run, faucet } = await openRig({ running: false });
    await errorOf(run(store.apply([port3])));
    expect(faucet.hangups).toBe(0);
  });

  it('writes what comes meanwhile, and finds the one at fault when Faucet is back', async () => {
    const { store, run, faucet, text } = await openRig({ running: false, refuses });
    for (const edit of [port3, poison, port4]) {
      expect((await errorOf(run(store.apply([edit], { deadline: 100 })))).code).toBe('UNCONFIRMED');
    }
    expect(text()).toContain('poison');
    faucet.start();
    await run(store.loaded(1));
    await run(store.loaded(3));
    expect(await errorOf(run(store.loaded(2)))).toMatchObject({ code: 'REFUSED' });
    expect(text()).not.toContain('poison');
    expect(text()).toContain('4:');
  });

  it('confirms each of two writes by the content that Faucet has', async () => {
    const { store, run, faucet, files, clock } = await openRig({ running: false });
    await errorOf(run(store.apply([port3], { deadline: 100 })));
    const first = files.texts.get(path);
    await errorOf(run(store.apply([port4], { deadline: 100 })));
    const second = files.texts.get(path);
    files.texts.set(path, first ?? '');
    faucet.start();
    files.texts.set(path, second ?? '');
    await run(store.loaded(1));
    await run(store.loaded(2));
    expect(faucet.loads).toEqual([first, second]);
    expect(clock.sleepers()).toEqual([]);
  });

  it('puts edits back into what somebody saved without them', async () => {
    const { store, run, faucet, files, text } = await openRig({ running: false });
    await errorOf(run(store.apply([port3], { deadline: 100 })));
    files.put(path, start.replace('# uplink', '# uplink, checked'));
    await run(store.loaded(1, { deadline: 3000 })).catch(() => undefined);
    expect(text()).toContain('# uplink, checked');
    expect(text()).toContain('3:');
    faucet.start();
    await run(store.loaded(1));
    expect(faucet.loads.at(-1)).toBe(text());
  });

  it('leaves a file alone that somebody broke on top of the edit, and says so', async () => {
    const { store, run, files, text, clock } = await openRig({ running: true, later: () => {} });
    const applied = errorOf(store.apply([port3]));
    await clock.advance(20);
    const broken = `${text()}  net2: {\n`;
    files.put(path, broken);
    const error = await run(applied);
    expect(error.code).toBe('UNCONFIRMED');
    expect(String(error)).toContain('somebody broke the file meanwhile');
    expect(text()).toBe(broken);
  });

  it('rejects at once what comes while it is broken, and goes on when it is mended', async () => {
    let isBusy = true;
    const { store, run, files, text, clock } = await openRig({
      later: (load) => {
        if (!isBusy) load();
      },
    });
    const applied = store.apply([port3]);
    await clock.advance(20);
    const good = text();
    files.put(path, `${good}  net2: {\n`);
    await clock.advance(100);
    let said: unknown;
    void errorOf(store.apply([port4])).then((error) => {
      said = error.code;
    });
    for (let passed = 0; passed < 1000; passed += 50) await clock.advance(50);
    expect(said).toBe('BROKEN');
    isBusy = false;
    files.put(path, good);
    await run(Promise.all([applied, store.apply([port4])]));
    expect(text()).toContain('4:');
  });
});

describe('the deadline of apply', () => {
  it('is 15 s as long as Faucet answers', async () => {
    const { store, run, clock } = await openRig({ later: () => {} });
    const error = await errorOf(run(store.apply([port3])));
    expect(error.code).toBe('UNCONFIRMED');
    expect(String(error)).toContain('FAUCET_CONFIG_STAT_RELOAD');
    expect(clock.now()).toBeGreaterThanOrEqual(15_000);
    expect(clock.now()).toBeLessThan(15_500);
  });

  it('is not reached by a reload that gives no answer for 7 s', async () => {
    let busy = false;
    const made = await openRig({
      later: (load) => {
        busy = true;
        void made.clock.sleep(7000).then(() => {
          busy = false;
          load();
        });
      },
      store: {
        fetch: (_, { signal }) =>
          new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
            const text = async (): Promise<string> => made.faucet.page() ?? '';
            if (!busy) resolve({ ok: true, status: 200, text });
          }),
      },
    });
    await made.run(made.store.refresh());
    const result = await made.run(made.store.apply([port3]));
    expect(result.milliseconds).toBeGreaterThanOrEqual(7000);
    expect(result.milliseconds).toBeLessThan(10_000);
  });

  it('is kept as given', async () => {
    const { store, run, clock } = await openRig({ later: () => {} });
    await errorOf(run(store.apply([port3], { deadline: 300 })));
    expect(clock.now()).toBe(300);
  });

  it('can be longer for a Faucet that answers', async () => {
    const { store, run, clock } = await openRig({ later: () => {} });
    await errorOf(run(store.apply([port3], { deadline: 300, reloadingDeadline: 900 })));
    expect(clock.now()).toBe(900);
  });
});

describe('a store that is told to stop', () => {
  it('takes a call back that is not written yet', async () => {
    const { store, run, clock, text } = await openRig({ later: () => {} });
    const first = errorOf(store.apply([port3]));
    await clock.advance(5);
    const stop = new AbortController();
    const second = errorOf(store.apply([port4], { signal: stop.signal }));
    stop.abort();
    expect(await run(second)).toMatchObject({ code: 'ABORTED' });
    await run(first);
    expect(text()).not.toContain('4:');
  });

  it('ends what waits when it is closed', async () => {
    const { store, run, clock } = await openRig({ later: () => {} });
    const applied = errorOf(store.apply([port3]));
    const loaded = errorOf(store.loaded(1));
    await clock.advance(5);
    await store.close();
    expect((await run(applied)).code).toBe('ABORTED');
    expect((await run(loaded)).code).toBe('ABORTED');
    expect((await errorOf(store.apply([port4]))).code).toBe('ABORTED');
  });
});

describe('status', () => {
  it('follows what somebody else writes until Faucet has it, then rests', async () => {
    const { store, files, clock, faucet, asked } = await openRig();
    files.put(path, start.replace('# uplink', '# uplink, checked'));
    await clock.advance(1000);
    expect(store.status()).toMatchObject({ file: 'ok', loaded: false });
    faucet.hangup();
    await clock.advance(1000);
    expect(store.status()).toMatchObject({ file: 'ok', loaded: true });
    const before = asked();
    await clock.advance(hour);
    expect(asked()).toBe(before);
  });

  it('gives up on a Faucet that never takes it', async () => {
    const { files, clock, asked } = await openRig();
    files.put(path, `${start}# more\n`);
    await clock.advance(20_000);
    const before = asked();
    expect(before).toBeLessThan(30);
    await clock.advance(hour);
    expect(asked()).toBe(before);
  });

  it('watches includes', async () => {
    const { store, files, clock } = await openRig({
      text: `include: [more.yaml]\n${start}`,
      more: { '/etc/faucet/more.yaml': 'acls: {}\n' },
    });
    expect(store.status().file).toBe('ok');
    files.put('/etc/faucet/more.yaml', 'acls: {');
    await clock.advance(10);
    expect(store.status()).toMatchObject({ file: 'invalid' });
    expect(store.status().problems[0]).toMatchObject({ file: '/etc/faucet/more.yaml' });
  });

  it('stops asking a Faucet that says nothing when it is told to', async () => {
    const silent = { fetch: () => new Promise<never>(() => undefined) };
    const { store } = await openRig({ store: silent });
    const stop = new AbortController();
    const asked = store.refresh({ signal: stop.signal });
    stop.abort();
    expect((await errorOf(asked)).code).toBe('ABORTED');
    expect((await errorOf(store.refresh({ signal: stop.signal }))).code).toBe('ABORTED');
  });

  it('says what is missing and what cannot be read', async () => {
    const { FaucetConfigError } = await import('../src/error.ts');
    const { store, files, clock } = await openRig();
    files.put(path, undefined);
    await clock.advance(10);
    expect(store.status()).toMatchObject({ file: 'missing', loaded: false });
    expect((await errorOf(store.read())).code).toBe('MISSING');
    files.read = () => {
      throw new FaucetConfigError('UNREADABLE', 'not UTF-8');
    };
    await store.refresh({ deadline: 10 });
    expect(store.status()).toMatchObject({ file: 'unreadable', reason: 'not UTF-8' });
    expect((await errorOf(store.apply([port3]))).code).toBe('UNREADABLE');
  });
});
