import { describe, expect, it } from 'vitest';
import { askFaucet } from './faucet-oracle.ts';
import { refused, taken } from './reader-table.ts';

describe('the table of what only Faucet reads so', () => {
  it('is what the real Faucet says', async () => {
    const cases = [...taken, ...refused].map(([title, text]) => ({ title, text }));
    const verdicts = await askFaucet(cases);
    const accepted = cases.filter((_, i) => verdicts[i]?.verdict === 'accepted');
    expect(accepted.map(({ title }) => title)).toEqual(taken.map(([title]) => title));
  });
});
