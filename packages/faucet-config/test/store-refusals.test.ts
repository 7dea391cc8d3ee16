import { afterEach, describe, expect, it } from 'vitest';
import { setAcl, setInterface } from '../src/edit/edit.ts';
import { errorOf, path, type Rig, type RigOptions, rig, start } from './fakes/rig.ts';

let open: Rig | undefined;
afterEach(async () => {
  await open?.store.close();
  open = undefined;
});

const port3 = setInterface('net1', 3, { nativeVlan: 100 });
const port4 = setInterface('net1', 4, { nativeVlan: 100 });
const poison = setAcl('poison', [{ actions: { allow: 1 } }]);
const venom = setAcl('venom', [{ actions: { allow: 1 } }]);
const refuses = (text: string): string | undefined =>
  /poison|venom/.test(text) ? 'no poison please' : undefined;

async function refusingRig(options: RigOptions = {}): Promise<Rig> {
  open = await rig({ refuses, ...options });
  return open;
}

describe('a content that Faucet has refused', () => {
  it('is refused again without being written, with what Faucet said', async () => {
    const { store, run, files, faucet } = await refusingRig();
    const first = await run(errorOf(store.apply([poison])));
    const { written, hangups } = { written: files.written.length, hangups: faucet.hangups };
    const again = await run(errorOf(store.apply([poison])));
    expect(again).toMatchObject({ code: 'REFUSED', message: first.message });
    expect([files.written.length, faucet.hangups]).toEqual([written, hangups]);
  });

  it('keeps none of the calls back that come with it', async () => {
    const { store, run, text } = await refusingRig();
    await run(errorOf(store.apply([poison])));
    const calls = [store.apply([poison]), store.apply([port3])];
    const results = await run(Promise.allSettled(calls));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(text()).toContain('      3:\n');
    expect(text()).not.toContain('poison');
  });

  it('is written once more for a call that wants it tried again', async () => {
    let isSevere = true;
    const { store, run, text } = await refusingRig({
      refuses: (content) => (isSevere ? refuses(content) : undefined),
    });
    await run(errorOf(store.apply([poison])));
    isSevere = false;
    await run(store.apply([poison], { again: true }));
    expect(text()).toContain('poison');
  });

  it('is tried one by one at once when it was refused as a whole before', async () => {
    const { store, run, faucet } = await refusingRig();
    const both = () =>
      Promise.all([poison, venom].map((acl) => errorOf(store.apply([acl], again))));
    const again = { again: true };
    await run(both());
    const before = faucet.loads.length;
    await run(both());
    const refused = faucet.loads.slice(before).filter((text) => refuses(text) !== undefined);
    expect(refused.filter((text) => /poison/.test(text) && /venom/.test(text))).toEqual([]);
    expect(refused).toHaveLength(2);
  });

  it.each([
    ['the file', path, start.replace('uplink', 'to the world')],
    ['a file that it includes', '/etc/faucet/more.yaml', 'acls: {}\n# changed\n'],
  ])('is tried again when somebody else has changed %s', async (_what, file, text) => {
    const { store, run, faucet, files, clock } = await refusingRig({
      text: `include: [more.yaml]\n${start}`,
      more: { '/etc/faucet/more.yaml': 'acls: {}\n' },
    });
    await run(errorOf(store.apply([poison])));
    files.put(file, text);
    await clock.advance(20_000);
    const before = faucet.loads.length;
    expect(await run(errorOf(store.apply([poison])))).toMatchObject({ code: 'REFUSED' });
    expect(faucet.loads.slice(before).some((loaded) => loaded.includes('poison'))).toBe(true);
  });

  it('is tried again when Faucet was started meanwhile', async () => {
    const { store, run, faucet } = await refusingRig();
    await run(errorOf(store.apply([poison])));
    faucet.stop();
    faucet.start();
    await store.refresh();
    const before = faucet.loads.length;
    await run(errorOf(store.apply([poison])));
    expect(faucet.loads.length).toBeGreaterThan(before);
  });

  it('is remembered also when Faucet refuses the file without it', async () => {
    const { store, run, files } = await refusingRig({ refuses: () => 'nothing pleases me' });
    expect(await run(errorOf(store.apply([port3])))).toMatchObject({ code: 'BROKEN' });
    const { length } = files.written;
    expect(await run(errorOf(store.apply([port3])))).toMatchObject({ code: 'BROKEN' });
    expect(files.written).toHaveLength(length);
  });
});

describe('the status', () => {
  it('counts what others change, and not what was written and taken back here', async () => {
    const { store, run, files, clock } = await refusingRig();
    await run(store.apply([port3]));
    await run(errorOf(store.apply([poison])));
    expect(store.status().changesByOthers).toBe(0);
    files.put(path, start);
    await clock.advance(20_000);
    expect(store.status().changesByOthers).toBe(1);
  });

  it('does not count a Faucet that puts the file back itself', async () => {
    let put = (_text: string): void => undefined;
    const { store, run, files, clock } = await refusingRig({ revert: (text) => put(text) });
    put = (text) => files.put(path, text);
    await run(errorOf(store.apply([poison])));
    await clock.advance(20_000);
    expect(store.status().changesByOthers).toBe(0);
  });

  it('says that a refusal is not about what others have written', async () => {
    const { store, run } = await refusingRig();
    const seen: boolean[] = [];
    const follow = async (): Promise<void> => {
      for await (const { loadError, unsettled } of store.changes(new AbortController())) {
        if (loadError !== undefined) seen.push(unsettled);
      }
    };
    void follow();
    await run(errorOf(store.apply([poison])));
    expect(new Set(seen)).toEqual(new Set([true]));
    expect(store.status()).toMatchObject({ unsettled: false, loaded: true });
  });

  it('says that it is, when Faucet refuses the file without the edit too', async () => {
    const { store, run, files, clock } = await refusingRig();
    files.put(path, start.replace('web', 'poison'));
    await clock.advance(20_000);
    await run(errorOf(store.apply([port4])));
    expect(store.status()).toMatchObject({ unsettled: false, loadError: 'no poison please' });
  });
});
