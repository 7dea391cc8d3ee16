import { readFile } from 'node:fs/promises';
import { privateFaucet, privateGauge, until } from '@dovesnap/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGauge } from '../src/gauge/check-gauge.ts';
import { editGauge } from '../src/gauge/edit-gauge.ts';
import { contractConfig } from './contracts/store-contract.ts';
import { askGauge } from './faucet-oracle.ts';
import { soundGauges, wrongGauges } from './gauge-table.ts';
import { personMutationOf } from './person-mutation.ts';

describe('a gauge.yaml of ours', () => {
  it.each(['faucet', 'c65faucet'] as const)('is taken by the Gauge of %s', async (flavour) => {
    await using faucet = await privateFaucet({ config: contractConfig, flavour });
    await using gauge = await privateGauge({
      flavour,
      config: (port) =>
        editGauge('', {
          faucetConfig: faucet.configPath,
          prometheus: { address: '127.0.0.1', port },
        }),
    });
    const log = await until(
      async () => {
        const text = await gauge.log();
        return text.includes('config complete') && text;
      },
      { what: 'a Gauge that has taken its configuration' },
    );
    expect(log).toContain(`watching FAUCET config ${faucet.configPath}`);
    expect(log).not.toMatch(/error|invalid|exception/i);
    expect(await readFile(gauge.configPath, 'utf8')).toContain(faucet.configPath);
  });
});

describe('the table of what Gauge takes', () => {
  it('is what the real Gauge says', async () => {
    const cases = [...soundGauges, ...wrongGauges].map(([title, text]) => ({ title, text }));
    const verdicts = await askGauge(cases);
    const kinds = { accepted: undefined, refused: 'refused', killed: 'kills' } as const;
    const said = cases.map(({ title }, i) => [title, kinds[verdicts[i]?.verdict ?? 'accepted']]);
    expect(said).toEqual([
      ...soundGauges.map(([title]) => [title, undefined]),
      ...wrongGauges.map(([title, , found]) => [title, found.split(' ')[1]]),
    ]);
  });

  it('and what is made of it by changing a line as a person would', async () => {
    const mutations = personMutationOf(soundGauges.map(([, text]) => text));
    const texts = fc.sample(mutations, { numRuns: 500, seed: 20_264 });
    const verdicts = await askGauge(texts.map((text) => ({ text })));
    const knownDps = new Set(['sw1', 'sw2']);
    const isTaken = (text: string): boolean =>
      checkGauge(text, { knownDps }).every(({ severity }) => severity === 'wrong');
    const differences = texts.flatMap((text, i) =>
      isTaken(text) === (verdicts[i]?.verdict === 'accepted') ? [] : [{ text, gauge: verdicts[i] }],
    );
    expect(differences).toEqual([]);
  });
});
