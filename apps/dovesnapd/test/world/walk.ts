import { type Random, randomOf } from '../random.ts';
import { watchMoments } from './check-moments.ts';
import { findUnsettled } from './check-rest.ts';
import { findLeft } from './check-world.ts';
import type { Lags } from './lags.ts';
import { openWorld } from './open-world.ts';
import { firstSteps, type Step } from './walk-commands.ts';
import { bringBack } from './walk-faults.ts';
import { lastStep, nextStep } from './walk-steps.ts';
import { faucetYaml } from './world-faucet.ts';

/** One step of a walk: what was done, and what came of it. */
export interface WalkedStep {
  readonly what: string;
  readonly outcome: string;
}

/** A walk that has ended; `wrong`: what was found, undefined when nothing was. */
export interface Walk {
  readonly steps: readonly WalkedStep[];
  /** How many ports of containers were opened. */
  readonly opened: number;
  readonly wrong: string | undefined;
}

/** Times between two steps, milliseconds: before the first has come to an end, and long after. */
const pausesMs = [0, 5, 50, 200, 500, 3000, 3000, 20_000] as const;

/** Time after the last step until all that was put off has been done, milliseconds. */
const restMs = 180_000;

/**
 * Does things to a world with a container in it, in an order that a seed decides, the same each time, and looks at every
 * moment for what must never be. Commands are not waited for. At the end, everything that was away comes back; then all
 * containers and networks are removed, in most walks while something is away for a time, and nothing may be left.
 */
export async function walk(seed: number, length: number): Promise<Walk> {
  const random = randomOf(seed);
  const lags = lagsOf(random);
  const world = await openWorld({ lags, ...random.pick([{}, { mirrorOut: 'mir0' }]) });
  const steps: { what: string; outcome: string }[] = [];
  const underWay = new Set<Promise<unknown>>();
  const busy = new Set<string>();
  const weakened = new Map<string, number>();
  const walked = { world, random, busy, weakened };
  const moments = watchMoments(world, lags, weakened);
  let broken: Error | undefined;
  const findWrong = (): string | undefined => broken?.stack ?? moments.wrong();
  const begin = ([what, act, ...names]: Step): void => {
    const step = { what, outcome: 'is under way' };
    steps.push(step);
    for (const name of names) busy.add(name);
    const done = Promise.resolve()
      .then(act)
      .then(
        () => 'done',
        (error: unknown) => {
          // A fault of the world, or of the daemon: what Docker is told is another kind of error.
          if (error instanceof TypeError || error instanceof ReferenceError) broken ??= error;
          return String(error);
        },
      )
      .then((outcome) => {
        step.outcome = outcome;
        for (const name of names) busy.delete(name);
        underWay.delete(done);
      });
    underWay.add(done);
  };
  /** Takes a last step, and waits until nothing is under way. */
  const end = async (step: Step): Promise<string | undefined> => {
    await world.time.run(Promise.all(underWay));
    begin(step);
    await world.time.run(Promise.all(underWay));
    await world.time.advance(restMs);
    await world.time.settle();
    return findWrong();
  };
  try {
    for (const step of firstSteps(walked)) {
      begin(step);
      await world.time.run(Promise.all(underWay));
    }
    for (let count = 0; count < length; count++) {
      begin(nextStep(walked));
      await world.time.advance(random.pick(pausesMs));
      const wrong = findWrong();
      if (wrong !== undefined) return { steps, wrong, opened: moments.opened() };
    }
    const wrong =
      (await end(['everything comes back', () => bringBack(world)])) ??
      findUnsettled(world)[0] ??
      moments.old()[0] ??
      (await end(lastStep(walked))) ??
      findLeft(world)[0] ??
      world.daemon().source.failing()[0]?.what ??
      (world.faucet.files.texts.get(faucetYaml) === world.faucet.operators()[0].text
        ? undefined
        : 'faucet.yaml has changed');
    return { steps, wrong, opened: moments.opened() };
  } finally {
    await world.close();
  }
}

/** In most walks everything takes its time, so that more comes in between. */
function lagsOf({ pick }: Random): Lags {
  return {
    links: pick([0, 1, 3]),
    flows: pick([0, 5]),
    docker: pick([0, 5, 200]),
    faucet: pick([3, 3, 5]),
  };
}
