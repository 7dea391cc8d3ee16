import { CommandError, type Run, run as runHere, spawn as spawnHere } from '@dovesnap/command';
import { type Ask, findTools, type Tools } from './backend.ts';
import { checkOwner } from './check-wanted.ts';
import { systemClock } from './clock.ts';
import { NatError, toNatError } from './error.ts';
import { parseSave } from './parse-save.ts';
import { planNat } from './plan-nat.ts';
import { ruleChanges } from './rule-changes.ts';
import type { Firewall, FirewallOptions, NatPlan, ObservedNat, Wait, WantedNat } from './types.ts';

/**
 * Opens the firewall of the namespace in which `run` runs programs.
 *
 * @throws NatError `NOT_INSTALLED`, `NO_PERMISSION`, `READ_FAILED`, `TIMEOUT`, `ABORTED`
 */
export async function openFirewall(options: FirewallOptions = {}): Promise<Firewall> {
  const { run = runHere, spawn = spawnHere, clock = systemClock } = options;
  const { now } = clock;
  const tools = await findTools(withinWait(run, options, now), options.backend);
  return {
    backend: tools.backend,
    families: [...tools.programs.keys()],
    read: (owner, wait = {}) => readNat(tools, withinWait(run, wait, now), owner),
    apply: (plan, wait = {}) => applyNat(tools, withinWait(run, wait, now), plan),
    changes: (how) => ruleChanges({ backend: tools.backend, spawn, clock }, how),
  };
}

/**
 * Reads, plans and applies until there is no difference left. Retries when another program (e.g. Docker while it
 * starts) changed the same chains in the meantime. Returns the applied plans.
 *
 * @throws NatError as read, planNat and apply; `CHANGED` after five attempts
 */
export async function ensureNat(
  firewall: Firewall,
  wanted: WantedNat,
  wait: Wait = {},
): Promise<readonly NatPlan[]> {
  const applied: NatPlan[] = [];
  for (let tries = 5; ; tries -= 1) {
    const plan = planNat(await firewall.read(wanted.owner, wait), wanted);
    if (plan.families.length === 0) return applied;
    try {
      await firewall.apply(plan, wait);
      applied.push(plan);
    } catch (error) {
      if (tries === 1 || !(error instanceof NatError) || error.code !== 'CHANGED') throw error;
    }
    if (tries === 1) throw new NatError('CHANGED', `the chains of ${wanted.owner} keep changing`);
  }
}

async function readNat(tools: Tools, ask: Ask, owner: string): Promise<ObservedNat> {
  checkOwner(owner);
  const families = await Promise.all(
    [...tools.programs].map(async ([family, { save }]) => {
      try {
        return { family, ...parseSave(await ask([save]), owner) };
      } catch (cause) {
        throw toNatError(`${family} rules could not be read`, 'READ_FAILED', cause);
      }
    }),
  );
  return { owner, families };
}

async function applyNat(tools: Tools, ask: Ask, plan: NatPlan): Promise<void> {
  for (const { family, lines } of plan.families) {
    const programs = tools.programs.get(family);
    if (programs === undefined) throw new NatError('NO_FAMILY', `no iptables for ${family}`);
    try {
      await ask([programs.restore, '--noflush', '--wait'], `${lines.join('\n')}\n`);
    } catch (cause) {
      const number = cause instanceof CommandError && /line:? (\d+)/i.exec(cause.stderr)?.[1];
      const line = number ? lines[Number(number) - 1] : undefined;
      throw toNatError(`${family} rules could not be changed`, 'RESTORE_FAILED', cause, line);
    }
  }
}

/** Applies one deadline to all programs of a call. */
function withinWait(run: Run, wait: Wait, now: () => number): Ask {
  const end = wait.deadline === undefined ? undefined : now() + wait.deadline;
  return async ([file, ...args], input) => {
    const { stdout } = await run(file, args, {
      ...(input === undefined ? {} : { input }),
      ...(wait.signal === undefined ? {} : { signal: wait.signal }),
      ...(end === undefined ? {} : { deadline: end - now() }),
    });
    return stdout;
  };
}
