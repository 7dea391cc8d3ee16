import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkConfig, editText } from '../src/index.ts';
import { corpus } from './corpus.ts';
import { askFaucet } from './faucet-oracle.ts';
import { mutationOf } from './mutation.ts';
import { nfvPorts } from './nfv-port-table.ts';
import { scalarTable } from './scalar-table.ts';
import { withEdits } from './styled-edits.ts';

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
    expect(killed).toEqual(paths.filter((path) => path.includes('/kills-')));
  });

  it('agrees on a thousand texts with a mistake or two in them', async () => {
    // so many pops take Faucet minutes and all memory, which is no verdict
    const mutations = mutationOf(texts).filter((text) => !/pop_vlans: \+?[0-9]{6}/.test(text));
    const samples = fc.sample(mutations, { numRuns: 1000, seed: 20_261 });
    const verdicts = await askFaucet(samples.map((text) => ({ text })));
    const differences = samples.flatMap((text, i) => {
      const faucet = verdicts[i];
      const ours = isTaken(text) ? 'accepted' : 'refused';
      const agreed = (faucet?.verdict === 'accepted') === (ours === 'accepted');
      return agreed ? [] : [{ faucet, ours, text }];
    });
    expect(differences).toEqual([]);
    const counts = ['accepted', 'refused', 'killed'].map(
      (verdict) => verdicts.filter((one) => one.verdict === verdict).length,
    );
    expect(counts.every((count) => count > 0)).toBe(true);
  }, 180_000);

  it('agrees on the port of 802.1x', async () => {
    const verdicts = await askFaucet(nfvPorts.map(([, text]) => ({ text })));
    const taken = nfvPorts.filter((_, i) => verdicts[i]?.verdict === 'accepted');
    expect(taken).toEqual(nfvPorts.filter(([, , isTaken]) => isTaken));
  });

  it('agrees on what an unquoted scalar is', async () => {
    const text = (key: string, value: string): string =>
      `dps:\n  a:\n    dp_id: 1\n    interfaces:\n      1:\n        native_vlan: 1\n        ${key}: ${value}\n`;
    const wanted = { description: 'string', max_hosts: 'bigint boolean', output_only: 'boolean' };
    const cases = Object.entries(wanted).flatMap(([key, kinds]) =>
      scalarTable
        // a port with a VLAN cannot be output_only
        .filter(([, , value]) => key !== 'output_only' || value !== true)
        .map(([source, kind]) => ({
          key,
          source,
          fits: `${kinds} null`.split(' ').includes(kind),
        })),
    );
    const verdicts = await askFaucet(cases.map(({ key, source }) => ({ text: text(key, source) })));
    const taken = cases.filter((_, i) => verdicts[i]?.verdict === 'accepted');
    expect(taken).toEqual(cases.filter((one) => one.fits));
  });

  it('takes what edits write', async () => {
    const samples = fc.sample(withEdits, { numRuns: 150, seed: 20_262 });
    const edited = samples.map(([{ text }, edits]) => ({ text: editText(text, edits) }));
    const verdicts = await askFaucet(edited);
    const refused = edited.filter((_, i) => verdicts[i]?.verdict !== 'accepted');
    expect(refused).toEqual([]);
  }, 120_000);
});
