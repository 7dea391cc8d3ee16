import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../src/index.ts';
import { corpus } from './corpus.ts';
import { askFaucet } from './faucet-oracle.ts';
import { mutationOf } from './mutation.ts';

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

function filesOf(folder: string): string[] {
  return readdirSync(join(fixtures, folder)).map((name) => join(fixtures, folder, name));
}

/** Whether Faucet's checker would take it: it does not see what only kills a Faucet that has a switch. */
function isTaken(text: string): boolean {
  const problems = checkConfig(text);
  return problems.every(
    (one) => one.severity === 'wrong' || one.code === 'ACL_SHARED_PORT_VLAN_OUT',
  );
}

const texts = [
  ...corpus,
  ...['valid', 'traps'].flatMap(filesOf).map((path) => readFileSync(path, 'utf8')),
].filter((text) => !text.includes('include:'));

describe('the check beside the real Faucet', () => {
  it('agrees on every fixture', async () => {
    const paths = ['valid', 'invalid', 'traps'].flatMap(filesOf);
    const verdicts = await askFaucet(paths.map((path) => ({ path })));
    const taken = paths.filter((_, i) => verdicts[i]?.verdict === 'accepted');
    expect(taken).toEqual(paths.filter((path) => !path.includes('/invalid/')));
    const killed = paths.filter((_, i) => verdicts[i]?.verdict === 'killed');
    expect(killed.every((path) => path.includes('/kills-'))).toBe(true);
  });

  it('agrees on hundreds of texts with a few mistakes in them', async () => {
    const seed = Number(process.env.FC_SEED ?? 20_250_101);
    const count = Number(process.env.FC_COUNT ?? 600);
    const samples = fc.sample(mutationOf(texts), { numRuns: count, seed });
    const verdicts = await askFaucet(samples.map((text) => ({ text })));
    const differences = samples.flatMap((text, i) => {
      const verdict = verdicts[i];
      const taken = isTaken(text);
      if ((verdict?.verdict === 'accepted') === taken) return [];
      return [
        { faucet: verdict, taken, problems: checkConfig(text).map((one) => one.message), text },
      ];
    });
    const _share = verdicts.filter((one) => one.verdict === 'accepted').length / count;
    (await import('node:fs')).writeFileSync(
      '/tmp/fc-diff.json',
      JSON.stringify({
        differences,
        stats: verdicts.reduce((a: any, v) => {
          const k = `${v.verdict} ${v.message.slice(0, 60)}`;
          (a[k] ??= []).push(1);
          return a;
        }, {}),
      }),
    );
    expect(differences).toEqual([]);
  }, 300_000);
});
