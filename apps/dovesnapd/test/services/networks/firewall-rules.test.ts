import { type ChainState, type Firewall, NatError, type RuleChange } from '@dovesnap/iptables-nat';
import { fakeClock } from '@dovesnap/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { registry } from '../../../src/services/core/registry.ts';
import { retries } from '../../../src/services/core/retries.ts';
import { firewallRules } from '../../../src/services/networks/firewall-rules.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

/** What somebody else does: without networks, a chain of ours is one too many. */
const stray: ChainState = { table: 'filter', chain: 'DOVESNAP-DROP', rules: ['-j ACCEPT'] };

/** The table of seals. */
const seals = 'netdev dovesnap';

function bed() {
  const clock = fakeClock(1000);
  const log = recordingLog();
  const failed = failures({ log, clock });
  const stop = new AbortController();
  const known = registry({ created: () => undefined, removed: () => undefined });
  const there: ChainState[] = [];
  const seen = { applied: 0, repairs: 0 };
  const looks = { rules: 0, seals: 0 };
  let refusal: NatError | undefined;
  let wake = (): void => undefined;
  let told: RuleChange = { rules: true, tables: new Set([seals]) };
  /** Called after each apply. */
  let react = (): void => undefined;
  const firewall: Firewall = {
    backend: 'nft',
    families: ['ipv4'],
    read: async (owner) => {
      looks.rules += 1;
      return { owner, families: [{ family: 'ipv4', chains: [...there], hooks: [] }] };
    },
    apply: async () => {
      seen.applied += 1;
      if (refusal !== undefined) throw refusal;
      there.length = 0;
      react();
    },
    changes: async function* ({ signal }) {
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        yield told;
        if (signal.aborted) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  const parts = {
    ...{ clock, log, failures: failed, turns: turnsInOrder(), signal: stop.signal },
    retries: retries({ clock, failures: failed }),
    firewall: async () => firewall,
    host: {
      mendSeals: async () => {
        looks.seals += 1;
        return [];
      },
    },
  } as unknown as Parts;
  const rules = firewallRules(parts, known, () => {
    seen.repairs += 1;
  });
  const keeping = rules.keep();
  onTestFinished(async () => {
    stop.abort();
    await clock.advance(0);
    await keeping;
  });
  const change = (): void => {
    there.push(stray);
    wake();
  };
  return {
    ...{ clock, log, failed, known, rules, there, seen, looks, change },
    tell: (news: RuleChange) => {
      told = news;
      wake();
    },
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
  const { known, clock, change, there, seen, said } = bed();
  known.complete();
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

it('looks only at what may have changed', async () => {
  const { known, clock, tell, looks } = bed();
  known.complete();
  await clock.advance(0);
  const atFirst = { ...looks };
  tell({ rules: true, tables: new Set() });
  await clock.advance(1000);
  expect(looks).toEqual({ ...atFirst, rules: atFirst.rules + 1 });
  tell({ rules: false, tables: new Set([seals]) });
  await clock.advance(1000);
  expect(looks).toEqual({ rules: atFirst.rules + 1, seals: atFirst.seals + 1 });
});

it('does not take for a change of others what was there before it', async () => {
  const { known, clock, there, seen, said } = bed();
  there.push(stray);
  known.complete();
  await clock.advance(0);
  expect([there.length, seen.repairs, said().length]).toEqual([0, 0, 0]);
});

it('touches nothing before all networks are known', async () => {
  const { rules, clock, change, there } = bed();
  change();
  await rules.assert();
  await clock.advance(1000);
  expect(there).toEqual([stray]);
});

it('backs off when somebody else wants it otherwise, says that once, and ends when they do', async () => {
  const { known, clock, change, fight, giveIn, failed, seen, said } = bed();
  known.complete();
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
  const { known, clock, change, refuse, rules, failed, seen, said, there } = bed();
  known.complete();
  await clock.advance(0);
  refuse(new NatError('RESTORE_FAILED', 'no room'));
  change();
  await expect(rules.assert()).rejects.toThrow('no room');
  await clock.advance(600_000);
  expect(seen.applied).toBeLessThan(20);
  expect(said()).toEqual(['warn: could not set the firewall rules: no room']);
  expect(failed.all()).toMatchObject([{ what: 'set the firewall rules' }]);
  refuse(undefined);
  await clock.advance(60_000);
  expect([there.length, failed.all().length, seen.repairs]).toEqual([0, 0, 1]);
});
