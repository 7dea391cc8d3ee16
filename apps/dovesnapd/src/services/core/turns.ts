import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The kinds of turns, outermost first: who has one may take only those further down. So no two can wait for each other.
 *
 * `adoption`: networks are taken up from OVSDB. `network`, `endpoint`: one of Docker's requests, or what is done in its
 * place. `bind`, `added-ports`: a network's host interfaces. `pool`: the ports of a bridge and their links. `datapath`: a
 * network's part of faucet.yaml. `pipeline`: ACLs on the output of VLANs.
 */
export const turnKinds = [
  'adoption',
  'network',
  'endpoint',
  'bind',
  'added-ports',
  'pool',
  'datapath',
  'pipeline',
] as const;

/** A kind of turn. */
export type TurnKind = (typeof turnKinds)[number];

/** A turn: a kind, and the id of the network or endpoint whose turn it is. Of some kinds, the daemon has only one. */
export type Turn =
  | readonly [kind: 'adoption' | 'pipeline']
  | readonly [kind: Exclude<TurnKind, 'adoption' | 'pipeline'>, of: string];

/** Does work one piece after another. */
export interface Turns {
  /**
   * Does a task when those who asked for the same turn before have ended. A task that fails does not stop those behind it.
   * Tasks of different turns do not wait for each other.
   */
  take<T>(turn: Turn, task: () => Promise<T>): Promise<T>;
  /** Whether a task has this turn or waits for it. */
  isTaken(turn: Turn): boolean;
}

interface Held {
  readonly turn: Turn;
  isOver: boolean;
}

/** The turns within which the current work is done. */
const held = new AsyncLocalStorage<readonly Held[]>();

/**
 * Makes {@link Turns}. `onDisorder` is told of a turn that is taken within one which comes after it, before it is taken;
 * the sentence names both.
 */
export function turns(onDisorder: (sentence: string) => void): Turns {
  const tails = new Map<string, Promise<unknown>>();
  return {
    isTaken: (turn) => tails.has(turn.join(':')),
    take: async (turn, task) => {
      const outer = (held.getStore() ?? []).filter(({ isOver }) => !isOver);
      const later = outer.find((one) => rank(one.turn) >= rank(turn));
      if (later !== undefined) onDisorder(disorder(turn, later.turn));
      const mine: Held = { turn, isOver: false };
      const act = () => held.run([...outer, mine], task);
      const key = turn.join(':');
      const result = (tails.get(key) ?? Promise.resolve()).then(act, act);
      const tail = result.catch(() => undefined);
      tails.set(key, tail);
      try {
        return await result;
      } finally {
        mine.isOver = true;
        if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}

/** Starts work that nobody who has a turn waits for, and that therefore may take any turn. */
export function apart<T>(task: () => T): T {
  return held.run([], task);
}

function rank([kind]: Turn): number {
  return turnKinds.indexOf(kind);
}

function disorder(turn: Turn, within: Turn): string {
  return `the turn ${turn.join(' ')} is taken within the turn ${within.join(' ')}, which comes after it`;
}
