import type { Clock } from '../clock.ts';
import type { EditStep } from '../edit/edit-types.ts';
import { FaucetConfigError } from '../error.ts';
import type { ReloadReport } from '../reload/reload-report.ts';
import type { ApplyResult, ApplyWait } from './store-types.ts';

/** One call of `apply`, from the queue until Faucet has loaded its edits. */
export interface Request {
  /** The revision of the call. It increases by one with each call. */
  readonly number: number;
  readonly edits: readonly EditStep[];
  /** Whether to write it even if Faucet has refused the same text before. */
  readonly again: boolean;
  readonly started: number;
  /** Faucet's report before this was written. Undefined if Faucet did not answer. */
  before: ReloadReport | undefined;
  written: boolean;
  /** Fires when the caller has an answer. The edits may still be waiting to be written or loaded. */
  readonly settled: AbortSignal;
  resolve(result: ApplyResult): void;
  reject(error: FaucetConfigError): void;
}

/** What a waiting request needs to know about the writer. */
export interface RequestWatch {
  /** Whether Faucet has answered recently and is still reachable. A stall is then a reload. */
  isReloading(): boolean;
  /** Returns, in one sentence, why there is no confirmation yet. */
  whyUnconfirmed(): string;
  /** Removes a request that is not yet written from the queue. Returns false if it is too late. */
  withdraw(request: Request): boolean;
}

/** Maximum wait in milliseconds for a Faucet that does not answer. */
const defaultDeadlineMs = 5000;
/** Maximum wait for a Faucet that answers, or that answered recently and is busy reloading. */
const defaultReloadingDeadlineMs = 15_000;
/** How often to check whether Faucet is still reloading after the first deadline has passed. */
const extensionStepMs = 100;

/** Returns the request and the promise that its caller waits for. Its deadlines start now. */
export function openRequest(
  number: number,
  edits: readonly EditStep[],
  wait: ApplyWait,
  clock: Clock,
  watch: RequestWatch,
): { readonly request: Request; readonly result: Promise<ApplyResult> } {
  const settled = new AbortController();
  const { promise, resolve, reject } = withResolvers<ApplyResult>();
  const request: Request = {
    number,
    edits,
    again: wait.again === true,
    started: clock.now(),
    before: undefined,
    written: false,
    settled: settled.signal,
    resolve(result) {
      settled.abort();
      resolve(result);
    },
    reject(error) {
      settled.abort();
      reject(error);
    },
  };
  void rejectAfterDeadline(request, wait, clock, watch);
  rejectOnSignal(request, wait.signal, watch);
  return { request, result: promise };
}

async function rejectAfterDeadline(
  request: Request,
  wait: ApplyWait,
  clock: Clock,
  watch: RequestWatch,
): Promise<void> {
  const deadline = wait.deadline ?? defaultDeadlineMs;
  const fallback = wait.deadline === undefined ? defaultReloadingDeadlineMs : deadline;
  const hard = Math.max(deadline, wait.reloadingDeadline ?? fallback);
  await clock.sleep(deadline, request.settled);
  while (!request.settled.aborted && watch.isReloading()) {
    const left = request.started + hard - clock.now();
    if (left <= 0) break;
    await clock.sleep(Math.min(left, extensionStepMs), request.settled);
  }
  if (request.settled.aborted) return;
  const waited = Math.round(clock.now() - request.started);
  const done = request.written ? 'written, but not confirmed' : 'not written yet';
  const message = `the edits are ${done} after ${waited} ms: ${watch.whyUnconfirmed()}`;
  request.reject(new FaucetConfigError('UNCONFIRMED', message, { revision: request.number }));
}

function rejectOnSignal(
  request: Request,
  signal: AbortSignal | undefined,
  watch: RequestWatch,
): void {
  const stop = (): void => {
    const untouched = watch.withdraw(request);
    const message = untouched
      ? 'the call was stopped; nothing was written'
      : 'the call was stopped; its edits are in the file';
    request.reject(
      new FaucetConfigError('ABORTED', message, {
        revision: request.number,
        cause: signal?.reason,
      }),
    );
  };
  signal?.addEventListener('abort', stop, { once: true });
  request.settled.addEventListener('abort', () => signal?.removeEventListener('abort', stop));
}

/** `Promise.withResolvers` of Node 22, for Node 20. */
function withResolvers<T>(): {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
}
