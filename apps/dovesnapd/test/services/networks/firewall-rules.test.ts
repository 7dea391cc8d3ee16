import { type ChainState, type Firewall, NatError } from '@dovesnap/iptables-nat';
import { expect, it } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import { registry } from '../../../src/services/core/registry.ts';
import { firewallRules } from '../../../src/services/networks/firewall-rules.ts';
import { bareParts } from '../bare-parts.ts';

/** What somebody else does: without networks, a chain of ours is one too many. */
const stray: ChainState = { table: 'filter', chain: 'DOVESNAP-DROP', rules: ['-j ACCEPT'] };

function bed() {
  const bare = bareParts(1000);
  const { clock, log, failures: failed } = bare;
  const known = registry({ created: () => undefined, removed: () => undefined });
  const there: ChainState[] = [];
  const seen = { applied: 0, repairs: 0 };
  let refusal: NatError | undefined;
  /** Called after each apply. */
  let react = (): void => undefined;
  const firewall: Firewall = {
    backend: 'nft',
    families: ['ipv4'],
    read: async (owner) => ({
      owner,
      families: [{ family: 'ipv4', chains: [...there], hooks: [] }],
    }),
    apply: async () => {
      seen.applied += 1;
      if (refusal !== undefined) throw refusal;
      there.length = 0;
      react();
    },
    changes: async function* () {},
  };
  const parts = { ...bare, firewall: async () => firewall } as unknown as Parts;
  const rules = firewallRules(parts, known, () => {
    seen.repairs += 1;
  });
  const change = (): void => {
    there.push(stray);
    rules.look(undefined);
  };
  return {
    ...{ clock, log, failed, known, rules, there, seen, change },
    fight: (ms: number) => {
      react = () => void clock.sleep(ms).then(change);
    },
    giveIn: () => {
      react = () => undefined;
    },
    refuse: (error: NatError | undefined) => {
      refusal = error;
    },
    said: () => log.lines.map(({ level, message }) => `${level}: ${message}`),
  };
}

const backAgain = 'warn: our firewall rules were changed: restored them';
const inVain =
  'warn: could not keep the firewall rules in place: something else keeps changing them';

it('puts back what somebody changes, counts it and says it', async () => {
  const { known, rules, clock, change, there, seen, said } = bed();
  known.complete();
  rules.look(undefined);
  await clock.advance(0);
  expect(seen).toEqual({ applied: 0, repairs: 0 });
  for (const count of [1, 2, 3]) {
    change();
    await clock.advance(60_000);
    expect(there).toEqual([]);
    expect(seen).toEqual({ applied: count, repairs: count });
  }
  expect(said()).toEqual([backAgain, backAgain, backAgain]);
});

it('does not take for a change of others what was there before it', async () => {
  const { known, rules, clock, there, seen, said } = bed();
  there.push(stray);
  known.complete();
  rules.look(undefined);
  await clock.advance(0);
  expect([there.length, seen.repairs, said().length]).toEqual([0, 0, 0]);
});

it('touches nothing before all networks are known', async () => {
  const { rules, clock, change, there } = bed();
  change();
  await rules.assert(undefined);
  await clock.advance(1000);
  expect(there).toEqual([stray]);
});

it('backs off when somebody else wants it otherwise, says that once, and ends when they do', async () => {
  const { known, rules, clock, change, fight, giveIn, failed, seen, said } = bed();
  known.complete();
  rules.look(undefined);
  await clock.advance(0);
  fight(10);
  change();
  await clock.advance(600_000);
  expect(seen.repairs).toBeLessThan(30);
  expect(said().filter((line) => line === inVain)).toHaveLength(1);
  expect(said()).toHaveLength(12);
  expect(failed.all()).toMatchObject([{ what: 'keep the firewall rules in place' }]);
  giveIn();
  await clock.advance(70_000);
  expect(failed.all()).toEqual([]);
  expect(said().at(-1)).toBe('info: can keep the firewall rules in place again');
  const { repairs } = seen;
  change();
  await clock.advance(0);
  expect(seen.repairs).toBe(repairs + 1);
});

it('tries again after growing pauses what the firewall refuses, and says it once', async () => {
  const { known, rules, clock, change, refuse, failed, seen, said, there } = bed();
  known.complete();
  rules.look(undefined);
  await clock.advance(0);
  refuse(new NatError('RESTORE_FAILED', 'no room'));
  change();
  await expect(rules.assert(undefined)).rejects.toThrow('no room');
  await clock.advance(600_000);
  expect(seen.applied).toBeLessThan(20);
  expect(said()).toEqual(['warn: could not set the firewall rules: no room']);
  expect(failed.all()).toMatchObject([{ what: 'set the firewall rules' }]);
  refuse(undefined);
  await clock.advance(60_000);
  expect([there.length, failed.all().length, seen.repairs]).toEqual([0, 0, 1]);
});

it('sets them at once for whoever needs them, also while somebody else changes them again and again', async () => {
  const { known, rules, clock, change, fight, failed, seen, there } = bed();
  known.complete();
  rules.look(undefined);
  await clock.advance(0);
  fight(10);
  change();
  await clock.advance(60_000);
  expect(failed.all()).toHaveLength(1);
  const { applied } = seen;
  const before = clock.now();
  await rules.assert(undefined);
  expect([seen.applied, clock.now(), there]).toEqual([applied + 1, before, []]);
});
