import { holdProcess, longestMs } from '@dovesnap/command';
import { ipError, ipText } from './ip-command.ts';
import type { Wait } from './types.ts';

/**
 * Does some work with the long-lived `ip`, within the limits of `wait`. The signal that the work gets fires when a limit
 * is reached; the result is then not waited for. Keeps this process alive meanwhile.
 * @throws CommandError `TIMEOUT`, `ABORTED`, and what the work throws.
 */
export async function withinWait<T>(
  { signal, deadline }: Wait,
  work: (stopped: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) throw ipError('ABORTED', `${ipText} was stopped`, { cause: signal.reason });
  if (deadline !== undefined && deadline <= 0) {
    throw ipError('TIMEOUT', `no time was left to run ${ipText}`);
  }
  const stopping = new AbortController();
  const onAbort = (): void =>
    stopping.abort(ipError('ABORTED', `${ipText} was stopped`, { cause: signal?.reason }));
  const onLate = (): void =>
    stopping.abort(ipError('TIMEOUT', `${ipText} took more than ${deadline} ms`));
  const timer =
    deadline === undefined ? undefined : setTimeout(onLate, Math.min(deadline, longestMs));
  const letGo = holdProcess();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(stopping.signal), failureOf(stopping.signal)]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    letGo();
    clearTimeout(timer);
  }
}

function failureOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
