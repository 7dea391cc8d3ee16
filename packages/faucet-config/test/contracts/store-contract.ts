import { describe, expect, it } from 'vitest';
import { removeInterface, setAcl, setInterface } from '../../src/edit/edit.ts';
import type { Edit } from '../../src/edit/edit-types.ts';
import type { FaucetStore } from '../../src/store/store-types.ts';

/** A store with the Faucet behind it and the file as a person on that machine sees it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: FaucetStore;
  text(): Promise<string>;
  /** Saves the file as an editor does. */
  save(text: string): Promise<void>;
  stopFaucet(): Promise<void>;
  startFaucet(): Promise<void>;
}

/** What the file holds when a store of this suite is opened. */
export const contractConfig = `# The operator's own words.
acls:
  web:
    - rule: {actions: {allow: 1}}
dps:
  office:
    dp_id: 0x1
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 100}   # uplink
      2: {native_vlan: 100}
`;

/** What every {@link FaucetStore} has to do, whatever is behind it. */
export function storeContract(
  name: string,
  open: () => Promise<StoreUnderTest>,
  /** An edit that passes our check and that this Faucet refuses. */
  refusedEdit: Edit,
): void {
  const port = (number: number): Edit => setInterface('office', number, { nativeVlan: 100 });
  const ports = (count: number): Edit[] => Array.from({ length: count }, (_, i) => port(10 + i));

  describe(name, () => {
    it('resolves an edit when it is in force, and keeps what others wrote', async () => {
      await using made = await open();
      const result = await made.store.apply([port(3)]);
      expect(result).toMatchObject({ applied: true, reload: 'warm' });
      expect(await made.text()).toBe(
        contractConfig.trimEnd().concat('\n      3:\n        native_vlan: 100\n'),
      );
      expect(made.store.status()).toMatchObject({ file: 'ok', reachable: true, loaded: true });
    });

    it('says what Faucet takes and does wrong, until it is mended', async () => {
      await using made = await open();
      const deny = (match: Record<string, string | number>): Edit =>
        setAcl('guard', [{ rule: { ...match, actions: { allow: 0 } } }]);
      const edits = [
        deny({ ipv4_dst: '10.0.0.1' }),
        setInterface('office', 3, { nativeVlan: 100, aclsIn: ['guard'] }),
      ];
      const wrong = [
        { severity: 'wrong', code: 'ACL_PREREQUISITE', path: ['acls', 'guard', '0', 'ipv4_dst'] },
      ];
      const { problems } = await made.store.apply(edits);
      expect(problems).toMatchObject(wrong);
      expect(made.store.status()).toMatchObject({ file: 'ok', reason: undefined, problems: wrong });
      const mended = await made.store.apply([deny({ eth_type: 0x800, ipv4_dst: '10.0.0.1' })]);
      expect([mended.problems, made.store.status().problems]).toEqual([[], []]);
    });

    it('leaves the file as it was after an edit and its opposite', async () => {
      await using made = await open();
      await made.store.apply([port(3)]);
      await made.store.apply([removeInterface('office', 3)]);
      expect(await made.text()).toBe(contractConfig);
    });

    it('tells Faucet nothing when an edit is in force already', async () => {
      await using made = await open();
      const result = await made.store.apply([port(2)]);
      expect(result.reload).toBe('none');
    });

    it('fails only the one of twenty that would break the file', async () => {
      await using made = await open();
      const edits = ports(20).with(7, setInterface('office', 7, { nativeVlan: 'nowhere' }));
      const results = await Promise.allSettled(edits.map((edit) => made.store.apply([edit])));
      const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
      expect(failed).toEqual([7]);
      expect(results[7]).toMatchObject({ reason: { code: 'INVALID' } });
    });

    it('fails only the one of twenty that Faucet refuses', async () => {
      await using made = await open();
      const edits = ports(20).with(7, refusedEdit);
      const results = await Promise.allSettled(
        edits.map((edit) => made.store.apply([edit], { deadline: 20_000 })),
      );
      const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
      expect(failed).toEqual([7]);
      expect(results[7]).toMatchObject({ reason: { code: 'REFUSED' } });
      expect((await made.store.read()).model.dps.get('office')?.interfaces).toHaveLength(21);
      expect(made.store.status()).toMatchObject({ loaded: true, loadError: undefined });
    });

    it('leaves the file byte for byte as it was when Faucet refuses', async () => {
      await using made = await open();
      await expect(made.store.apply([refusedEdit])).rejects.toMatchObject({ code: 'REFUSED' });
      expect(await made.text()).toBe(contractConfig);
      expect(made.store.status()).toMatchObject({ loaded: true, loadError: undefined });
    });

    it('does not write over a file that somebody broke, until it is mended', async () => {
      await using made = await open();
      const broken = contractConfig.replace('2: {native_vlan: 100}', '2: {native_vlan: 100');
      await made.save(broken);
      await expect(made.store.apply([port(3)])).rejects.toMatchObject({ code: 'BROKEN' });
      expect(await made.text()).toBe(broken);
      await made.save(contractConfig);
      await made.store.apply([port(3)]);
      expect(made.store.status()).toMatchObject({ file: 'ok', loaded: true });
    });

    it('keeps what somebody saves while edits are under way', async () => {
      await using made = await open();
      const applied = Promise.all(ports(5).map((edit) => made.store.apply([edit])));
      await made.save(contractConfig.replace('# uplink', '# uplink, checked'));
      await applied;
      await made.store.apply([port(3)]);
      expect(await made.text()).toContain('# uplink, checked');
      expect((await made.store.read()).model.dps.get('office')?.interfaces).toHaveLength(8);
    });

    it('says UNCONFIRMED while Faucet is away, and tells when the edit came into force', async () => {
      await using made = await open();
      await made.stopFaucet();
      const error = await made.store.apply([port(3)], { deadline: 200 }).catch((one) => one);
      expect(error).toMatchObject({ code: 'UNCONFIRMED', revision: 1 });
      expect(await made.text()).toContain('3:');
      const early = made.store.loaded(error.revision, { deadline: 50 });
      await expect(early).rejects.toMatchObject({ code: 'TIMEOUT' });
      await made.startFaucet();
      await made.store.loaded(error.revision, { deadline: 20_000 });
      expect(made.store.status()).toMatchObject({ reachable: true, loaded: true });
    });

    it('takes what somebody saved on top of our edit for a later revision', async () => {
      await using made = await open();
      await made.stopFaucet();
      const error = await made.store.apply([port(3)], { deadline: 200 }).catch((one) => one);
      await made.save((await made.text()).replace('# uplink', '# uplink, checked'));
      await made.startFaucet();
      await made.store.loaded(error.revision, { deadline: 20_000 });
      expect(await made.text()).toContain('# uplink, checked');
    });

    it('reports what somebody else does to the file', async () => {
      await using made = await open();
      const done = new AbortController();
      const states: string[] = [];
      const listening = (async () => {
        for await (const status of made.store.changes({ signal: done.signal })) {
          states.push(status.file);
          if (status.file === 'invalid') await made.save(contractConfig);
          else if (states.includes('invalid')) done.abort();
        }
      })();
      await made.save('dps: [');
      await listening;
      expect(states).toContain('invalid');
      expect(states.at(-1)).toBe('ok');
    });

    it('takes a wait back', async () => {
      await using made = await open();
      const early = AbortSignal.abort();
      await expect(made.store.apply([port(3)], { signal: early })).rejects.toMatchObject({
        code: 'ABORTED',
      });
      await expect(made.store.loaded(1, { signal: early })).rejects.toMatchObject({
        code: 'ABORTED',
      });
      expect(await made.text()).toBe(contractConfig);
    });
  });
}
