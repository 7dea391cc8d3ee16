import { type Random, randomOf } from '../random.ts';
import { findUnsettled, watchClosed } from './check-rest.ts';
import { findLeft, findUnproven, watchOpenings, watchOthers } from './check-world.ts';
import type { Lags } from './lags.ts';
import { openWorld } from './open-world.ts';
import { bringBack, firstSteps, nextStep, removeAll, type Step } from './walk-steps.ts';
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
const pausesMs = [0, 5, 50, 500, 3000, 3000, 20_000] as const;

/** Time until a port is closed that somebody has opened in faucet.yaml, milliseconds. */
const closedMs = 200;

/** Time after the last step until all that was put off has been done, milliseconds. */
const restMs = 180_000;

/**
 * Does things to a world with a container in it, in an order that a seed decides, the same each time, and looks for what must never be: a port
 * that lets through what its policy does not, and somebody else's things touched. Commands are not waited for. At the end,
 * everything that was away comes back, all containers and networks are removed, and nothing may be left.
 */
export async function walk(seed: number, length: number): Promise<Walk> {
  const random = randomOf(seed);
  const world = await openWorld({
    lags: lagsOf(random),
    ...random.pick([{}, { mirrorOut: 'mir0' }]),
  });
  const openings = watchOpenings(world);
  const findTouched = watchOthers(world);
  const findUp = watchClosed(world);
  const text = world.faucet.files.texts.get(faucetYaml);
  const steps: { what: string; outcome: string }[] = [];
  const underWay = new Set<Promise<unknown>>();
  const busy = new Set<string>();
  const weakened = new Map<string, number>();
  /** Whether somebody has just told Faucet to let it through: until it is closed nobody can help it. */
  const isOfSomebody = (unproven: string): boolean =>
    [...weakened].some(
      ([name, at]) => unproven.includes(` of ${name},`) && world.time.now() < at + closedMs,
    );
  let broken: Error | undefined;
  const findWrong = (): string | undefined =>
    [
      ...(broken === undefined ? [] : [`${broken.stack}`]),
      ...findUnproven(world).filter((one) => one.endsWith('open') && !isOfSomebody(one)),
      ...openings.filter(({ flows }) => flows === 'open').map((one) => JSON.stringify(one)),
      ...findUp(),
      ...findTouched().map((what) => `${what} was touched`),
    ][0];
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
  const end = async (what: string, act: () => unknown): Promise<string | undefined> => {
    begin([what, act]);
    await world.time.run(Promise.all(underWay));
    await world.time.advance(restMs);
    await world.time.settle();
    return findWrong();
  };
  try {
    for (const step of firstSteps(world)) {
      begin(step);
      await world.time.run(Promise.all(underWay));
    }
    for (let count = 0; count < length; count++) {
      begin(nextStep({ world, random, busy, weakened }));
      await world.time.advance(random.pick(pausesMs));
      const wrong = findWrong();
      if (wrong !== undefined) return { steps, wrong, opened: openings.length };
    }
    const wrong =
      (await end('everything comes back', () => bringBack(world))) ??
      findUnsettled(world)[0] ??
      (await end('everything is removed', () => removeAll(world))) ??
      findLeft(world)[0] ??
      world.daemon().source.failing()[0]?.what ??
      (world.faucet.files.texts.get(faucetYaml) === text ? undefined : 'faucet.yaml has changed');
    return { steps, wrong, opened: openings.length };
  } finally {
    await world.close();
  }
}

/** In most walks everything takes its time, so that more comes in between. */
function lagsOf({ pick }: Random): Lags {
  return { links: pick([0, 1, 10]), flows: pick([0, 5]), docker: pick([0, 5, 200]) };
}
