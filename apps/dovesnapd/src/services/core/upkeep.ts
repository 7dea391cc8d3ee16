import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Effect } from './failures.ts';
import type { Parts } from './parts.ts';
import type { PauseEnd } from './retries.ts';
import { apart } from './turns.ts';

/** Something that is kept true, of each network or of the daemon as a whole. */
export interface Upkeep<S extends AttachedNetwork | undefined> {
  /** What it does, as it follows "could not": `set the firewall rules`. `/readyz` shows it while it fails. */
  readonly what: string;
  /** How long {@link Keeper.look} waits for more reasons before it looks, milliseconds. Default: not at all. */
  readonly gatherMs?: number;
  /**
   * Compares what is with what is to be and puts right what differs; does nothing when nothing does. `why`: what ended the
   * pause after a look that failed. Answers `false` if something is still to be done and somebody else tells why.
   */
  readonly act: (subject: S, why: PauseEnd | undefined) => Promise<unknown>;
}

/** Looks after one {@link Upkeep}. */
export interface Keeper<S extends AttachedNetwork | undefined> {
  /** Looks in the background, and again after what fails, with pauses that grow. */
  look(subject: S): void;
  /** The same without waiting for more reasons; resolves when that look is over. Rejects with its error. */
  assert(subject: S): Promise<void>;
}

interface State {
  /** Resolves when the last look is over, whatever became of it. */
  last: Promise<unknown>;
  /** The look that waits for its turn: whoever asks for another shares it. */
  waiting: Promise<void> | undefined;
  /** How many looks have failed in a row. */
  failures: number;
  isPausing: boolean;
  isGathering: boolean;
}

/**
 * Makes a {@link Keeper}. Of one subject it looks once at a time; looks that are asked for meanwhile are one, which
 * follows. It ends with the life of the network, or of the daemon.
 */
export function keeper<S extends AttachedNetwork | undefined>(
  { clock, failures, retries, signal }: Pick<Parts, 'clock' | 'failures' | 'retries' | 'signal'>,
  { what, gatherMs = 0, act }: Upkeep<S>,
): Keeper<S> {
  const ofNetworks = new WeakMap<AttachedNetwork, State>();
  const ofDaemon = newState();
  const stateOf = (subject: S): State => {
    if (subject === undefined) return ofDaemon;
    const state = ofNetworks.get(subject) ?? newState();
    ofNetworks.set(subject, state);
    return state;
  };
  const effectOf = (subject: S): Effect => ({ what, network: subject });
  const isOver = (subject: S): boolean => signal.aborted || subject?.life.signal.aborted === true;
  const attempt = async (subject: S, state: State, why: PauseEnd | undefined): Promise<void> => {
    if (isOver(subject)) return;
    try {
      const done = await apart(() => act(subject, why));
      failures.clear(effectOf(subject));
      if (done === false) return void again(subject, state);
      state.failures = 0;
    } catch (error) {
      if (isOver(subject)) return failures.drop(effectOf(subject));
      failures.note(effectOf(subject), error);
      void again(subject, state);
      throw error;
    }
  };
  const again = async (subject: S, state: State): Promise<void> => {
    if (state.isPausing) return;
    state.isPausing = true;
    state.failures += 1;
    const life = subject?.life.signal ?? signal;
    const why = await retries.pause(state.failures, { network: subject, signal: life });
    state.isPausing = false;
    if (why === 'changed') state.failures = 0;
    if (isOver(subject)) failures.drop(effectOf(subject));
    else look(subject, why).catch(isTold);
  };
  const look = (subject: S, why?: PauseEnd): Promise<void> => {
    const state = stateOf(subject);
    if (state.waiting !== undefined) return state.waiting;
    state.waiting = state.last.then(async () => {
      state.waiting = undefined;
      await attempt(subject, state, why);
    });
    state.last = state.waiting.catch(isTold);
    return state.waiting;
  };
  const gather = async (subject: S): Promise<void> => {
    const state = stateOf(subject);
    if (state.isGathering) return;
    state.isGathering = true;
    await clock.sleep(gatherMs, subject?.life.signal ?? signal);
    state.isGathering = false;
    await look(subject);
  };
  return {
    look: (subject) => void (gatherMs > 0 ? gather(subject) : look(subject)).catch(isTold),
    assert: (subject) => look(subject),
  };
}

/** What fails is in the log and in `/readyz`, and is tried again. */
const isTold = (): void => undefined;

function newState(): State {
  return {
    last: Promise.resolve(),
    waiting: undefined,
    failures: 0,
    isPausing: false,
    isGathering: false,
  };
}
