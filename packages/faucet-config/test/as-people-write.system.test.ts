import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../src/index.ts';
import { corpus } from './corpus.ts';
import { harvestFaucet } from './faucet-harvest.ts';
import { askFaucet, type Verdict } from './faucet-oracle.ts';
import { personMutationOf } from './person-mutation.ts';

/** Whether Faucet's checker would take it: it does not see what only kills a Faucet that has a switch. */
function isTaken(text: string): boolean {
  return checkConfig(text).every(
    (one) => one.severity === 'wrong' || one.code === 'ACL_SHARED_PORT_VLAN_OUT',
  );
}

interface Judged {
  readonly text: string;
  readonly faucet: Verdict | undefined;
}

async function judge(texts: readonly string[]): Promise<Judged[]> {
  const verdicts = await askFaucet(texts.map((text) => ({ text })));
  return texts.map((text, i) => ({ text, faucet: verdicts[i] }));
}

function isAccepted({ faucet }: Judged): boolean {
  return faucet?.verdict === 'accepted';
}

/** The texts that Faucet takes and the check does not, or the other way round. */
function differences(judged: readonly Judged[]): Judged[] {
  return judged.filter((one) => isAccepted(one) !== isTaken(one.text));
}

describe('the check, beside the real Faucet', () => {
  let harvested: readonly Judged[] = [];

  beforeAll(async () => {
    harvested = await judge(await harvestFaucet());
  }, 300_000);

  it("agrees on every text of Faucet's own tests and of its fuzzer", () => {
    expect(harvested.length).toBeGreaterThan(200);
    expect(differences(harvested)).toEqual([]);
  });

  it('agrees on two thousand of them with a line changed as a person would', async () => {
    const accepted = harvested.filter(isAccepted).map(({ text }) => text);
    const mutations = personMutationOf([...corpus, ...accepted]);
    const judged = await judge(fc.sample(mutations, { numRuns: 2000, seed: 20_263 }));
    expect(differences(judged)).toEqual([]);
    expect(judged.filter(isAccepted).length).toBeGreaterThan(400);
    expect(judged.filter((one) => !isAccepted(one)).length).toBeGreaterThan(400);
  }, 300_000);
});
