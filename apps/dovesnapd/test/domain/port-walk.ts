import { isReady } from '../../src/domain/attached-network.ts';
import type { PortEvent } from '../../src/domain/port-life.ts';
import { sampleNetwork } from '../plan/sample.ts';
import { randomOf } from '../random.ts';
import { acts, look, planOf, tend, type Walked } from './port-acts.ts';
import { type PortWorld, policyOf, tell, truthOf, wrongIn } from './port-oracle.ts';

/** A walk that has ended; `wrong`: what was found, undefined when nothing was. */
export interface PortWalk {
  readonly wrong: string | undefined;
  /** What has happened, in order. */
  readonly told: readonly string[];
  /** How often an event of each kind has changed a port. */
  readonly changes: ReadonlyMap<PortEvent['kind'], number>;
}

/**
 * Lets events happen to the ports of a network in an order that a seed decides, the same each time. After each, nothing may
 * be so that must never be; at the end, when all endpoints have gone and the pool has done its work, every port is free.
 */
export function portWalk(seed: number, length: number): PortWalk {
  const random = randomOf(seed);
  const network = sampleNetwork();
  const world: PortWorld = {
    network,
    canTreat: random.pick([true, false]),
    truths: new Map(),
    endpoints: new Set(),
    inTheMaking: new Set(),
  };
  const told: string[] = [];
  const changes = new Map<PortEvent['kind'], number>();
  const wrongs: string[] = [];
  const walked: Walked = {
    ...{ world, random, answers: [], fail: (wrong) => void wrongs.push(wrong) },
    say: (port, event, source) => {
      const { changed, wrong } = tell(world, port, event, source);
      const number = 'attempt' in event ? ` ${event.attempt}` : '';
      told.push(`port ${port.ofPort}: ${event.kind}${number}${changed ? '' : ' (nothing)'}`);
      if (changed) changes.set(event.kind, (changes.get(event.kind) ?? 0) + 1);
      if (wrong !== undefined) wrongs.push(wrong);
      return changed;
    },
  };
  for (let step = 0; step < length && wrongs.length === 0; step += 1) {
    random.pick(acts)(walked);
    wrongs.push(...[wrongIn(world)].filter((wrong) => wrong !== undefined));
  }
  if (wrongs.length === 0) comeToRest(walked);
  return { wrong: wrongs[0], told, changes };
}

/** All endpoints go, and the pool does its work until there is nothing to do. */
function comeToRest(walked: Walked): void {
  const { world, answers, say, fail } = walked;
  const { network } = world;
  for (const port of network.ports.values()) {
    for (const event of [
      { kind: 'held' },
      { kind: 'left' },
      { kind: 'given-back', at: 8 },
    ] as const) {
      say(port, event);
    }
  }
  for (let round = 0; round < 4; round += 1) {
    tend(walked);
    for (const one of answers.splice(0)) one();
    for (const port of planOf(walked).settle) {
      truthOf(world, port).flows = policyOf(world, port);
      look(walked, port);
    }
    for (const one of answers.splice(0)) one();
  }
  const isAtRest = planOf(walked).isDone && [...network.ports.values()].every(isReady);
  if (world.endpoints.size > 0) fail('an endpoint cannot go');
  else if (!isAtRest) fail('the pool does not come to rest');
}
