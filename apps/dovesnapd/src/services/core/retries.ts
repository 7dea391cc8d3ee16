import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { backoffMs } from '../../domain/backoff.ts';
import type { Clock } from '../../edges/edges.ts';
import type { Effect, Failures } from './failures.ts';
import { apart } from './turns.ts';

/** Why a pause is over: its time is, somebody needs the effect now, or what it depends on has changed. */
export type PauseEnd = 'due' | 'hurried' | 'changed';

/** How a task is tried until it succeeds. */
export interface RetryOptions {
  readonly signal: AbortSignal;
  /** Whether an error is not to be tried again. */
  readonly isFinal?: (error: unknown) => boolean;
  /** What the task is about, for {@link Retries.changed}. */
  readonly subject?: object;
  /** Whether an error may go with a change of the subject. Default: any may. */
  readonly isOfSubject?: (error: unknown) => boolean;
  /** Tells of a try that failed. Default: `/readyz` and the log do. */
  readonly tell?: (error: unknown) => void;
}

/** Tries again what has failed, after pauses that grow. */
export interface Retries {
  /** Resolves when it is time to try again what has failed this many times in a row; also when the signal fires. */
  pause(
    failures: number,
    wait: {
      readonly network?: AttachedNetwork | undefined;
      readonly signal: AbortSignal;
      readonly subject?: object | undefined;
    },
  ): Promise<PauseEnd>;
  /**
   * Tries a task until it succeeds; `/readyz` says meanwhile why it does not. The task is told why it is tried again. An
   * error that is `final` is not tried again. Rejects with it, or with the signal's reason.
   */
  untilDone<T>(
    effect: Effect,
    task: (why: PauseEnd | undefined) => Promise<T>,
    options: RetryOptions,
  ): Promise<T>;
  /** The same in the background: ends without a word when the signal fires. */
  keepTrying(
    effect: Effect,
    task: (why: PauseEnd | undefined) => Promise<unknown>,
    options: RetryOptions,
  ): void;
  /** Somebody needs now what may have failed on a network: its pauses end, and those about no network. */
  hurry(network: AttachedNetwork): void;
  /**
   * What the effects depend on has changed: all pauses end, a try that is under way is followed by another at once if it
   * fails, and the next pauses are short again.
   */
  startOver(): void;
  /** How often they have started over. */
  readonly starts: number;
  /** The same for the tries of one subject alone. */
  changed(subject: object): void;
  /** Calls when they start over, until the function that it returns is called. */
  onStartOver(listener: () => void): () => void;
}

interface Pause {
  readonly network: AttachedNetwork | undefined;
  readonly subject: object | undefined;
  readonly end: (why: PauseEnd) => void;
}

/** Makes {@link Retries}. */
export function retries({
  clock,
  failures,
}: {
  readonly clock: Clock;
  readonly failures: Pick<Failures, 'note' | 'clear' | 'drop'>;
}): Retries {
  const { pause, end } = pauses(clock);
  const listeners = new Set<() => void>();
  let starts = 0;
  /** How often each subject has changed. */
  const changes = new WeakMap<object, number>();
  const changesOf = (subject: object | undefined): number =>
    starts + (subject === undefined ? 0 : (changes.get(subject) ?? 0));
  const untilDone: Retries['untilDone'] = async (effect, task, options) => {
    const { signal, isFinal, isOfSubject = () => true, tell } = options;
    const { network } = effect;
    let count = 0;
    let why: PauseEnd | undefined;
    try {
      for (;;) {
        signal.throwIfAborted();
        const before = { all: changesOf(undefined), own: changesOf(options.subject) };
        let subject = options.subject;
        try {
          const result = await task(why);
          failures.clear(effect);
          return result;
        } catch (error) {
          // The reason of the signal may be an error like any other.
          signal.throwIfAborted();
          if (isFinal?.(error)) throw error;
          if (tell === undefined) failures.note(effect, error);
          else tell(error);
          if (!isOfSubject(error)) subject = undefined;
        }
        count += 1;
        // A try that failed because of how things were when it began is as good as a pause that ended.
        const isOutdated = changesOf(subject) !== (subject === undefined ? before.all : before.own);
        why = isOutdated ? 'changed' : await pause(count, { network, signal, subject });
        if (why === 'changed') count = 0;
      }
    } finally {
      failures.drop(effect);
    }
  };
  return {
    pause,
    untilDone,
    keepTrying: (effect, task, options) => {
      apart(() => untilDone(effect, task, options)).catch(() => undefined);
    },
    hurry: (network) =>
      end(({ network: other }) => other === network || other === undefined, 'hurried'),
    startOver: () => {
      starts += 1;
      end(() => true, 'changed');
      for (const listener of [...listeners]) listener();
    },
    get starts() {
      return starts;
    },
    changed: (subject) => {
      changes.set(subject, (changes.get(subject) ?? 0) + 1);
      end((one) => one.subject === subject, 'changed');
    },
    onStartOver: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The pauses between tries, and what ends some of them before their time. */
function pauses(clock: Clock): {
  readonly pause: Retries['pause'];
  readonly end: (which: (pause: Pause) => boolean, why: PauseEnd) => void;
} {
  const open = new Set<Pause>();
  return {
    pause: async (count, { network, signal, subject }) => {
      const over = new AbortController();
      let why: PauseEnd = 'due';
      const own: Pause = {
        network,
        subject,
        end: (reason) => {
          why = reason;
          over.abort();
        },
      };
      open.add(own);
      await clock.sleep(backoffMs(count), AbortSignal.any([over.signal, signal]));
      open.delete(own);
      return why;
    },
    end: (which, why) => {
      for (const pause of [...open]) if (which(pause)) pause.end(why);
    },
  };
}
