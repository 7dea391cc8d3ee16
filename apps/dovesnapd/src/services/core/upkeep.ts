import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Effect } from './failures.ts';
import type { Parts } from './parts.ts';
import type { PauseEnd } from './retries.ts';
import { apart } from './turns.ts';

/** One thing of a network. */
export interface PartOfNetwork {
  readonly network: AttachedNetwork;
}

/** What is looked after: the daemon as a whole, a network, or one thing of a network. */
export type Subject = AttachedNetwork | PartOfNetwork | undefined;

/** Something that is kept true of each subject. */
export interface Upkeep<S extends Subject> {
  /** What it does, as it follows "could not": `set the firewall rules`. `/readyz` shows it while it fails. */
  readonly what: string | ((subject: S) => string);
  /** How long {@link Keeper.look} waits for more reasons before it looks, milliseconds. Default: not at all. */
  readonly gatherMs?: number;
  /** Whether reasons to look that come in the pause after a failure wait for its end. Default: they do not. */
  readonly isPatient?: boolean;
  /** What tells things of a network apart. Default: the subject itself. */
  readonly keyOf?: (subject: S) => object | undefined;
  /** Says what has failed where the next reason to look is soon enough. Default: it is shown, and tried again. */
  readonly tell?: (subject: S, error: unknown) => void;
  /**
   * Compares what is with what is to be and puts right what differs; does nothing when nothing does. `why`: what ended the
   * pause after a look that failed. Answers `false` if something is still to be done and somebody else tells why.
   */
  readonly act: (subject: S, why: PauseEnd | undefined) => Promise<unknown>;
}

/** Looks after one {@link Upkeep}. */
export interface Keeper<S extends Subject> {
  /** Looks in the background, and again after what fails, with pauses that grow. */
  look(subject: S): void;
  /**
   * The same without waiting for more reasons; resolves when that look is over. Rejects with its error. The turns of
   * whoever waits are those within which the look is: it may take only what they may.
   */
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
export function keeper<S extends Subject>(
  { clock, failures, retries, signal }: Pick<Parts, 'clock' | 'failures' | 'retries' | 'signal'>,
  { what, gatherMs = 0, isPatient = false, keyOf = (subject) => subject, tell, act }: Upkeep<S>,
): Keeper<S> {
  const states = new WeakMap<object, State>();
  const daemon = {};
  const stateOf = (subject: S): State => {
    const key = keyOf(subject) ?? daemon;
    const state = states.get(key) ?? newState();
    states.set(key, state);
    return state;
  };
  const effectOf = (subject: S): Effect => ({
    what: typeof what === 'string' ? what : what(subject),
    network: networkOf(subject),
  });
  const lifeOf = (subject: S): AbortSignal => networkOf(subject)?.life.signal ?? signal;
  const isOver = (subject: S): boolean => signal.aborted || lifeOf(subject).aborted;
  const attempt = async (subject: S, state: State, why: PauseEnd | undefined): Promise<void> => {
    if (isOver(subject)) return;
    const { starts } = retries;
    try {
      const done = await act(subject, why);
      failures.clear(effectOf(subject));
      if (done === false) return void again(subject, state, starts);
      state.failures = 0;
    } catch (error) {
      if (isOver(subject)) return failures.drop(effectOf(subject));
      if (tell === undefined) {
        failures.note(effectOf(subject), error);
        void again(subject, state, starts);
      } else tell(subject, error);
      throw error;
    }
  };
  const again = async (subject: S, state: State, starts: number): Promise<void> => {
    if (state.isPausing) return;
    state.isPausing = true;
    state.failures += 1;
    const wait = { network: networkOf(subject), signal: lifeOf(subject) };
    // What failed because of how things were when it began is tried again at once.
    const isOutdated = retries.starts !== starts;
    const why = isOutdated ? 'changed' : await retries.pause(state.failures, wait);
    state.isPausing = false;
    if (why === 'changed') state.failures = 0;
    if (isOver(subject)) failures.drop(effectOf(subject));
    else apart(() => look(subject, why)).catch(isTold);
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
    if (gatherMs > 0) {
      state.isGathering = true;
      await clock.sleep(gatherMs, lifeOf(subject));
      state.isGathering = false;
    }
    if (!isPatient || !state.isPausing) await look(subject);
  };
  return {
    look: (subject) => void apart(() => gather(subject)).catch(isTold),
    assert: (subject) => look(subject),
  };
}

function networkOf(subject: Subject): AttachedNetwork | undefined {
  return subject !== undefined && 'network' in subject ? subject.network : subject;
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
