import { readFile, rename, writeFile } from 'node:fs/promises';
import { type FaucetFlavour, privateFaucet, until } from '@dovesnap/testkit';
import { vi } from 'vitest';
import { setDp } from '../src/edit/edit.ts';
import { readMetrics } from '../src/reload/metrics.ts';
import { parseReport, reportNames } from '../src/reload/reload-report.ts';
import { openFaucetConfig } from '../src/store/store.ts';
import { contractConfig, type StoreUnderTest, storeContract } from './contracts/store-contract.ts';

/** Our check knows all that this Faucet refuses; here it overlooks one thing, so that Faucet has something to refuse. */
vi.mock('../src/check/check.ts', async (original) => {
  const real = await original<typeof import('../src/check/check.ts')>();
  const overlook: typeof real.checkMerged = (merged) =>
    real.checkMerged(merged).filter(({ path }) => !path.includes('table_sizes'));
  return { ...real, checkMerged: overlook };
});

const refused = setDp('office', { other: { table_sizes: { nowhere: 1 } } });

storeContract('a store with faucet 1.10.12', () => openWithReal('faucet'), refused);
storeContract('a store with c65faucet 1.0.106', () => openWithReal('c65faucet'), refused);

async function openWithReal(flavour: FaucetFlavour): Promise<StoreUnderTest> {
  const faucet = await privateFaucet({ config: contractConfig, flavour });
  await untilLoaded(faucet.metrics);
  const path = faucet.configPath;
  const store = openFaucetConfig(path, { metrics: faucet.metrics });
  return {
    store,
    text: () => readFile(path, 'utf8'),
    async save(text) {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
    stopFaucet: faucet.stop,
    startFaucet: faucet.start,
    async [Symbol.asyncDispose]() {
      await store.close();
      await faucet.close();
    },
  };
}

/** Its start is a cold one, which it counts only some time after its metrics have answered. */
async function untilLoaded(metrics: string): Promise<void> {
  const isLoaded = async () =>
    parseReport(await readMetrics(metrics, reportNames))?.cold.has('office') || undefined;
  await until(isLoaded, { what: 'the first configuration of Faucet', interval: 10 });
}
