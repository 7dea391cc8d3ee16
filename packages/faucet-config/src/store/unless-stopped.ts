import { FaucetConfigError } from '../error.ts';

/** Resolves as the promise does, unless the signal fires first. @throws FaucetConfigError `ABORTED`. */
export function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const cause: unknown = signal.reason;
      reject(new FaucetConfigError('ABORTED', 'the call was stopped', { cause }));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const finish = (): void => signal.removeEventListener('abort', stop);
    promise.then(resolve, reject).finally(finish);
  });
}
