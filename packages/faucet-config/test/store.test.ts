import { afterEach, describe, expect, it } from 'vitest';
import { removeAcl, removeInterface, setAcl, setInterface } from '../src/edit/edit.ts';
import type { EditStep } from '../src/edit/edit-types.ts';
import { errorOf, type Rig, type RigOptions, rig, start } from './fakes/rig.ts';

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
const noAcl = setInterface('net1', 5, { nativeVlan: 100, aclsIn: ['nowhere'] });
/** Our check takes it; the fake Faucet of these tests does not. */
const poison = setAcl('poison', [{ actions: { allow: 1 } }]);
const refuses = (text: string): string | undefined =>
  text.includes('poison') ? 'no poison please' : undefined;

describe('preview', () => {
  it('says what apply would say, and writes nothing', async () => {
    const { store, run, text, faucet } = await openRig();
    const before = text();
    await run(store.preview([port3]));
    const error = await errorOf(run(store.preview([noAcl])));
    expect(error).toMatchObject({ code: 'INVALID', problems: [{ code: 'UNKNOWN_ACL' }] });
    expect([text(), faucet.loads.length]).toEqual([before, 1]);
  });
});

describe('apply', () => {
  it('resolves when Faucet has loaded the edit', async () => {
    const { store, run, faucet, text } = await openRig();
    const result = await run(store.apply([port3]));
    expect(result).toMatchObject({ applied: true, reload: 'warm', revision: 1 });
    expect(faucet.loads.at(-1)).toBe(text());
    expect(text()).toContain('# kept by hand');
    expect(store.status()).toMatchObject({ file: 'ok', reachable: true, loaded: true });
  });

  it('says what Faucet takes and does wrong, also what was so before', async () => {
    const { store, run } = await openRig();
    const deny = setAcl('guard', [{ ipv4_dst: '10.0.0.1', actions: { allow: 0 } }]);
    const use = setInterface('net1', 2, { aclsIn: ['guard'] });
    const wrong = [{ severity: 'wrong', code: 'ACL_PREREQUISITE' }];
    expect((await run(store.apply([deny, use]))).problems).toMatchObject(wrong);
    expect(store.status()).toMatchObject({ file: 'ok', reason: undefined, problems: wrong });
    expect((await run(store.apply([port3]))).problems).toMatchObject(wrong);
    expect(
      (await run(store.apply([removeAcl('guard'), setInterface('net1', 2, { aclsIn: null })])))
        .problems,
    ).toEqual([]);
  });

  it('says that the reload was cold', async () => {
    const { store, run } = await openRig({ restart: () => 'cold' });
    expect((await run(store.apply([port3]))).reload).toBe('cold');
  });

  it('writes and reloads nothing for edits that are in force already', async () => {
    const { store, run, faucet, files } = await openRig();
    const result = await run(store.apply([setInterface('net1', 2, { nativeVlan: 100 })]));
    expect(result.reload).toBe('none');
    expect(files.written).toEqual([]);
    expect(faucet.hangups).toBe(0);
  });

  it('puts calls that come together into one write and one reload', async () => {
    const { store, run, faucet, files } = await openRig();
    const ports = Array.from({ length: 20 }, (_, i) =>
      setInterface('net1', 10 + i, { nativeVlan: 100 }),
    );
    const results = await run(Promise.all(ports.map((port) => store.apply([port]))));
    expect(results.map(({ revision }) => revision)).toEqual(ports.map((_, i) => i + 1));
    expect(files.written).toHaveLength(1);
    expect(faucet.hangups).toBe(1);
  });

  it('makes edits out of what the edits before them leave, those of other calls too', async () => {
    const { store, run, text, files } = await openRig();
    const countPorts: EditStep = (model) => {
      const numbers = model.dps.get('net1')?.interfaces.map(({ number }) => number) ?? [];
      return [setAcl('seen', [{ cookie: numbers.length, actions: { allow: 1 } }])];
    };
    const before = (await store.read()).model.dps.get('net1')?.interfaces.length ?? 0;
    const calls = [store.apply([port3, countPorts]), store.apply([port4, countPorts])];
    await run(Promise.all(calls));
    expect(files.written).toHaveLength(1);
    expect(text()).toContain(`cookie: ${before + 2}`);
  });

  it('takes a content apart once, however often it is read', async () => {
    const { store, run } = await openRig();
    const before = await store.read();
    expect((await store.read()).model).toBe(before.model);
    await run(store.apply([port3]));
    const after = await store.read();
    expect(after.model.dps.get('net1')?.interfaces.length).toBeGreaterThan(
      before.model.dps.get('net1')?.interfaces.length ?? 0,
    );
  });

  it('puts calls that come during a reload into the next write', async () => {
    const waiting: (() => void)[] = [];
    const { store, run, clock, files } = await openRig({ later: (load) => waiting.push(load) });
    const first = store.apply([port3]);
    await clock.advance(1);
    const others = [store.apply([port4]), store.apply([removeInterface('net1', 2)])];
    await clock.advance(1);
    expect(files.written).toHaveLength(1);
    waiting.shift()?.();
    await run(first);
    await clock.advance(100);
    waiting.shift()?.();
    await run(Promise.all(others));
    expect(files.written).toHaveLength(2);
  });

  it('fails only the one of twenty that would break the file', async () => {
    const { store, run, files, text } = await openRig();
    const edits = Array.from({ length: 20 }, (_, i) =>
      i === 13 ? noAcl : setInterface('net1', 10 + i, { nativeVlan: 100 }),
    );
    const results = await run(Promise.allSettled(edits.map((edit) => store.apply([edit]))));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(
      edits.map((_, i) => i !== 13),
    );
    expect(results[13]).toMatchObject({ reason: { code: 'INVALID' } });
    expect(files.written).toHaveLength(1);
    expect(text()).not.toContain('nowhere');
  });

  it('fails only the one of twenty that Faucet refuses', async () => {
    const { store, run, text, faucet } = await openRig({ refuses });
    const edits = Array.from({ length: 20 }, (_, i) =>
      i === 13 ? poison : setInterface('net1', 10 + i, { nativeVlan: 100 }),
    );
    const results = await run(Promise.allSettled(edits.map((edit) => store.apply([edit]))));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(
      edits.map((_, i) => i !== 13),
    );
    expect(results[13]).toMatchObject({ reason: { code: 'REFUSED' } });
    expect(String((results[13] as PromiseRejectedResult).reason)).toContain('no poison please');
    expect(text()).not.toContain('poison');
    expect(text()).toContain('29:');
    expect(faucet.loads.at(-1)).toBe(text());
  });

  it('puts the very bytes back that Faucet refused a change of, and has them loaded again', async () => {
    const crlf = start.replaceAll('\n', '\r\n');
    const { store, run, text, faucet } = await openRig({ refuses, text: crlf });
    const error = await errorOf(run(store.apply([poison])));
    expect(error.code).toBe('REFUSED');
    expect(text()).toBe(crlf);
    expect(faucet.loads.at(-1)).toBe(crlf);
    expect(store.status()).toMatchObject({ loaded: true, loadError: undefined });
  });

  it('puts the bytes back that a Faucet with AUTO_REVERT has rewritten', async () => {
    const crlf = start.replaceAll('\n', '\r\n');
    const made = await openRig({
      refuses,
      text: crlf,
      revert: (text) => made.files.put('/etc/faucet/faucet.yaml', text.replaceAll('\r\n', '\n')),
    });
    expect((await errorOf(made.run(made.store.apply([poison])))).code).toBe('REFUSED');
    expect(made.text()).toBe(crlf);
  });

  it('puts the bytes back also when it sees the revert before the refusal', async () => {
    const crlf = start.replaceAll('\n', '\r\n');
    let stale: string | undefined;
    const made = await openRig({
      refuses,
      text: crlf,
      revert: (text) => made.files.put('/etc/faucet/faucet.yaml', text.replaceAll('\r\n', '\n')),
      store: {
        signalProcess: () => {
          stale = made.faucet.page();
          made.faucet.hangup();
        },
        fetch: async () => {
          const page = stale ?? made.faucet.page() ?? '';
          stale = undefined;
          return { ok: true, status: 200, text: async () => page };
        },
      },
    });
    expect((await errorOf(made.run(made.store.apply([poison])))).code).toBe('REFUSED');
    expect(made.text()).toBe(crlf);
  });

  it('puts the bytes back again when a Faucet that was still reading the refused text reverts it late', async () => {
    const crlf = start.replaceAll('\n', '\r\n');
    const reverted = (text: string): void =>
      made.files.put('/etc/faucet/faucet.yaml', text.replaceAll('\r\n', '\n'));
    let lateReverts = 1;
    const made = await openRig({
      refuses,
      text: crlf,
      revert: reverted,
      store: {
        signalProcess: () => {
          const isPutBack = made.text() === crlf && made.files.written.length > 1;
          if (isPutBack && lateReverts-- > 0) reverted(crlf);
          made.faucet.hangup();
        },
      },
    });
    expect((await errorOf(made.run(made.store.apply([poison])))).code).toBe('REFUSED');
    expect(lateReverts).toBe(0);
    expect(made.text()).toBe(crlf);
  });

  it('blames the file, not the edit, when Faucet refuses it without the edit too', async () => {
    const broken = start.replace('web:', 'poison:');
    const { store, run, text, files } = await openRig({ refuses, text: broken });
    const error = await errorOf(run(store.apply([port3])));
    expect(error).toMatchObject({ code: 'BROKEN' });
    expect(String(error)).toContain('no poison please');
    expect(text()).toBe(broken);
    expect(files.written).toHaveLength(2);
  });

  it('does not write over a file that somebody broke, and says where it is broken', async () => {
    const broken = start.replace('2: {native_vlan: 100}', '2: {native_vlan: nowhere}');
    const { store, run, files } = await openRig();
    files.put('/etc/faucet/faucet.yaml', broken);
    const error = await errorOf(run(store.apply([port3])));
    expect(error).toMatchObject({ code: 'BROKEN', file: '/etc/faucet/faucet.yaml', line: 9 });
    expect(String(error)).toContain('/etc/faucet/faucet.yaml:9');
    expect(files.written).toEqual([]);
    expect(store.status()).toMatchObject({ file: 'invalid' });
  });

  it('writes what mends a broken file', async () => {
    const broken = start.replace('2: {native_vlan: 100}', '2: {native_vlan: nowhere}');
    const { store, run, files } = await openRig();
    files.put('/etc/faucet/faucet.yaml', broken);
    await run(store.apply([setInterface('net1', 2, { nativeVlan: 100 })]));
    expect(store.status().file).toBe('ok');
  });

  it('keeps an edit that somebody made between its reading and its writing', async () => {
    const { store, run, files, text } = await openRig();
    files.beforeReplace = () =>
      files.put('/etc/faucet/faucet.yaml', start.replace('# uplink', '# uplink, checked'));
    await run(store.apply([port3]));
    expect(text()).toContain('# uplink, checked');
    expect(text()).toContain('3:');
  });

  it('gives way to somebody who writes all the time', async () => {
    const { store, run, files } = await openRig();
    let count = 0;
    const meddle = (): void => {
      files.put('/etc/faucet/faucet.yaml', `${start}# ${count++}\n`);
      queueMicrotask(() => {
        files.beforeReplace = meddle;
      });
    };
    files.beforeReplace = meddle;
    expect((await errorOf(run(store.apply([port3])))).code).toBe('WRITE');
  });

  it('says that nothing was written when its signal has fired before', async () => {
    const { store, run, files } = await openRig();
    const error = await errorOf(run(store.apply([port3], { signal: AbortSignal.abort() })));
    expect(error.code).toBe('ABORTED');
    expect(files.written).toEqual([]);
  });

  it('passes on why the file cannot be written, and leaves it alone', async () => {
    const { FaucetConfigError } = await import('../src/error.ts');
    const { store, run, files, text } = await openRig();
    files.failure = new FaucetConfigError('WRITE', 'no space left on the device');
    expect((await errorOf(run(store.apply([port3])))).code).toBe('WRITE');
    expect(text()).toBe(start);
  });
});
