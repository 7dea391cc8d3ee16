import { readFile, writeFile } from 'node:fs/promises';
import { privateFaucet } from '@dovesnap/testkit';
import { describe, expect, it, vi } from 'vitest';
import { setDp, setInterface } from '../src/edit/edit.ts';
import { findReloadProcess } from '../src/reload/reload-process.ts';
import { openFaucetConfig } from '../src/store/store.ts';
import { contractConfig } from './contracts/store-contract.ts';

/** Our check knows all that this Faucet refuses; here it overlooks one thing, so that Faucet has something to refuse. */
vi.mock('../src/check/check.ts', async (original) => {
  const real = await original<typeof import('../src/check/check.ts')>();
  const overlook: typeof real.checkMerged = (merged) =>
    real.checkMerged(merged).filter(({ path }) => !path.includes('table_sizes'));
  return { ...real, checkMerged: overlook };
});

const port3 = setInterface('office', 3, { nativeVlan: 100 });
const refused = setDp('office', { other: { table_sizes: { nowhere: 1 } } });
const flavours = ['faucet', 'c65faucet'] as const;

describe.each(flavours)('%s', (flavour) => {
  it('is found by its metrics port, and survives being told', async () => {
    await using faucet = await privateFaucet({
      config: contractConfig,
      flavour,
      statReload: false,
    });
    const port = Number(new URL(faucet.metrics).port);
    expect((await findReloadProcess({ port }))?.pid).toBe(faucet.pid());
    const store = openFaucetConfig(faucet.configPath, { metrics: faucet.metrics });
    const result = await store.apply([port3]);
    expect(result.reload).toBe('warm');
    // Its own file watching is off, and would take seconds.
    expect(result.milliseconds).toBeLessThan(2000);
    await store.close();
  });

  it('is found by a pidfile', async () => {
    await using faucet = await privateFaucet({
      config: contractConfig,
      flavour,
      statReload: false,
    });
    const pidfile = `${faucet.folder}/faucet.pid`;
    await writeFile(pidfile, `${faucet.pid()}\n`);
    const store = openFaucetConfig(faucet.configPath, { metrics: faucet.metrics, pidfile });
    expect((await store.apply([port3])).applied).toBe(true);
    await store.close();
  });

  it('takes the edit up by watching its file when it cannot be told', async () => {
    await using faucet = await privateFaucet({ config: contractConfig, flavour });
    const store = openFaucetConfig(faucet.configPath, {
      metrics: faucet.metrics,
      pidfile: `${faucet.folder}/none`,
    });
    expect((await store.apply([port3])).reload).toBe('warm');
    await store.close();
  });

  it('says that the first ACL of a bridge was a cold start', async () => {
    await using faucet = await privateFaucet({ config: contractConfig, flavour });
    const store = openFaucetConfig(faucet.configPath, { metrics: faucet.metrics });
    const result = await store.apply([setInterface('office', 2, { aclsIn: ['web'] })]);
    expect(result.reload).toBe('cold');
    await store.close();
  });

  it('leaves the very bytes when AUTO_REVERT has rewritten them', async () => {
    const config = contractConfig.replaceAll('\n', '\r\n');
    await using faucet = await privateFaucet({ config, flavour, autoRevert: true });
    const store = openFaucetConfig(faucet.configPath, { metrics: faucet.metrics });
    await expect(store.apply([refused])).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await readFile(faucet.configPath, 'utf8')).toBe(config);
    await store.apply([port3]);
    await store.close();
  });

  it('gets an edit that came while it was dead, and one that killed it does not stay', async () => {
    await using faucet = await privateFaucet({ config: contractConfig, flavour });
    const store = openFaucetConfig(faucet.configPath, { metrics: faucet.metrics });
    await store.apply([port3]);
    await faucet.kill();
    const wait = { deadline: 300 };
    const late = await store
      .apply([setInterface('office', 4, { nativeVlan: 100 })], wait)
      .catch((e) => e);
    const bad = await store.apply([refused], wait).catch((e) => e);
    expect([late.code, bad.code]).toEqual(['UNCONFIRMED', 'UNCONFIRMED']);
    await faucet.start();
    await store.loaded(late.revision, { deadline: 30_000 });
    await expect(store.loaded(bad.revision, { deadline: 30_000 })).rejects.toMatchObject({
      code: 'REFUSED',
    });
    const text = await readFile(faucet.configPath, 'utf8');
    expect(text).toContain('4:');
    expect(text).not.toContain('nowhere');
    await store.close();
  });
});
