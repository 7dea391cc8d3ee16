import { isDeepStrictEqual } from 'node:util';
import { ensureNat, type NatPlan, type WantedNat } from '@dovesnap/iptables-nat';
import { sealTable } from '@dovesnap/netns';
import type { Log } from '../../edges/log.ts';
import { natRules } from '../../plan/networks/gateway.ts';
import { calmPace, paceAfterRepair, soonMs } from '../../plan/networks/repair-pace.ts';
import type { Effect } from '../core/failures.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { sealRepair } from './seal-repair.ts';

/** The firewall rules of all networks. */
export interface FirewallRules {
  /** Makes them what they are wanted to be now. What fails is tried again until it succeeds. @throws NatError */
  assert(): Promise<void>;
  /** Puts back what somebody else changes of them, until the daemon stops. */
  keep(): Promise<void>;
}

/** One that takes longer waits for a lock that nobody gives back, milliseconds. */
const deadlineMs = 10_000;

/** The table of the seals on links, as nft names it. */
const seals = `netdev ${sealTable}`;

const setRules: Effect = { what: 'set the firewall rules' };
const keepRules: Effect = { what: 'keep the firewall rules in place' };

/** Makes {@link FirewallRules}; `countRepair` hears of each time that rules were put back. */
export function firewallRules(
  parts: Parts,
  registry: Registry,
  countRepair: () => void,
): FirewallRules {
  const sealKeeper = sealRepair(parts, registry, countRepair);
  const { clock, failures, retries, log, signal } = parts;
  /** What the rules were made for last: those that differ although nothing else is wanted were changed by others. */
  let made: WantedNat | undefined;
  let retrying: Promise<unknown> | undefined;
  let pace = calmPace;

  /** Answers whether others had changed them. */
  const ensure = (): Promise<boolean> =>
    parts.turns.take(['nat'], async () => {
      // Without all networks their rules would be taken for those of networks that went.
      if (!registry.isComplete) return false;
      const firewall = await parts.firewall();
      const wanted = natRules(registry.all());
      const plans = await ensureNat(firewall, wanted, { signal, deadline: deadlineMs });
      const isRepair = plans.length > 0 && isDeepStrictEqual(wanted, made);
      made = wanted;
      failures.clear(setRules);
      // Docker puts its own jumps before ours whenever it makes a network.
      if (isRepair && !plans.every(isMove)) {
        countRepair();
        // In a row it is said once that this happens again and again.
        if (pace.pauseMs === 0) tellOfRepair(log, plans);
      }
      return isRepair;
    });
  const untilSet = (): Promise<unknown> => {
    retrying ??= retries
      .untilDone(setRules, ensure, { signal })
      .catch(() => undefined)
      .finally(() => {
        retrying = undefined;
      });
    return retrying;
  };
  /** Looks once; several times while somebody else changes the rules again and again. */
  const tend = async (): Promise<void> => {
    for (let foundWhole = 0; !signal.aborted && retrying === undefined; ) {
      if (await ensure()) {
        foundWhole = 0;
        pace = paceAfterRepair(pace, clock.now());
        if (pace.pauseMs === 0) return;
        failures.note(keepRules, new Error('something else keeps changing them'));
        await clock.sleep(pace.pauseMs, signal);
      } else if (pace.pauseMs > 0 && foundWhole === 0) {
        foundWhole = 1;
        await clock.sleep(soonMs, signal);
      } else {
        if (pace.pauseMs > 0) pace = calmPace;
        failures.clear(keepRules);
        return;
      }
    }
  };
  return {
    assert: async () => {
      try {
        await ensure();
      } catch (error) {
        void untilSet();
        throw error;
      }
    },
    keep: async () => {
      await registry.untilComplete(signal);
      await untilSet();
      if (signal.aborted) return;
      const firewall = await parts.firewall();
      const onBlind = blindness(log);
      const tables = { [seals]: (chain: string) => parts.host.keepsSeal(chain) };
      for await (const change of firewall.changes({ signal, onBlind, tables })) {
        if (change.tables.has(seals)) sealKeeper.look(undefined);
        if (change.rules) await tend().catch(untilSet);
      }
    },
  };
}

/** Warns, once for each reason, that nobody tells of changes. */
function blindness(log: Log): (reason: string) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason === last) return;
    last = reason;
    log.warn({ reason }, 'nftables reports no changes here: the rules are compared every 0.7 s');
  };
}

function tellOfRepair(log: Log, plans: readonly NatPlan[]): void {
  const families = [...new Set(plans.flatMap((plan) => plan.families.map(({ family }) => family)))];
  log.warn({ families }, 'our firewall rules were changed: restored them');
}

/** Whether a plan only moves jumps. */
function isMove({ families }: NatPlan): boolean {
  const lines = families.flatMap((family) => family.lines);
  const count = (start: string): number => lines.filter((line) => line.startsWith(start)).length;
  return count('-D ') === count('-I ') && count(':') + count('-A ') + count('-X ') === 0;
}
