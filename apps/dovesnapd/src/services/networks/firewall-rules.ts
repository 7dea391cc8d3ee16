import { isDeepStrictEqual } from 'node:util';
import { ensureNat, type NatPlan, type WantedNat } from '@dovesnap/iptables-nat';
import type { Log } from '../../edges/log.ts';
import { natRules } from '../../plan/networks/gateway.ts';
import { calmPace, paceAfterRepair, soonMs } from '../../plan/networks/repair-pace.ts';
import type { Effect } from '../core/failures.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';

/**
 * Keeps the firewall rules of all networks what they are wanted to be: puts back what somebody else changes of them. A look
 * throws NatError.
 */
export type FirewallRules = Keeper<undefined>;

/** One that takes longer waits for a lock that nobody gives back, milliseconds. */
const deadlineMs = 10_000;

const keepRules: Effect = { what: 'keep the firewall rules in place' };

/** Makes {@link FirewallRules}; `countRepair` hears of each time that rules were put back. */
export function firewallRules(
  parts: Parts,
  registry: Registry,
  countRepair: () => void,
): FirewallRules {
  const { clock, failures, log, signal } = parts;
  /** What the rules were made for last: those that differ although nothing else is wanted were changed by others. */
  let made: WantedNat | undefined;
  let pace = calmPace;

  /** Answers whether others had changed them. */
  const ensure = async (): Promise<boolean> => {
    const firewall = await parts.firewall();
    const wanted = natRules(registry.all());
    const plans = await ensureNat(firewall, wanted, { signal, deadline: deadlineMs });
    const isRepair = plans.length > 0 && isDeepStrictEqual(wanted, made);
    made = wanted;
    // Docker puts its own jumps before ours whenever it makes a network.
    if (isRepair && !plans.every(isMove)) {
      countRepair();
      // In a row it is said once that this happens again and again.
      if (pace.pauseMs === 0) tellOfRepair(log, plans);
    }
    return isRepair;
  };
  return keeper<undefined>(parts, {
    what: 'set the firewall rules',
    isPatient: true,
    act: async () => {
      // Without all networks their rules would be taken for those of networks that went.
      if (!registry.isComplete) return true;
      if (await ensure()) {
        pace = paceAfterRepair(pace, clock.now());
        if (pace.pauseMs === 0) return true;
        failures.note(keepRules, new Error('something else keeps changing them'));
        return false;
      }
      // What was put back a moment ago says nothing yet of whoever changes it.
      if (pace.pauseMs > 0 && clock.now() < pace.repairedAt + soonMs) return false;
      if (pace.pauseMs > 0) pace = calmPace;
      failures.clear(keepRules);
      return true;
    },
  });
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
