/** The longest timer of Node in milliseconds (timers.setTimeout). The timer does nothing; it only exists. */
const longestMs = 2 ** 31 - 1;

/**
 * Keeps the process alive until the returned function is called. Watches and timers of this package do not keep the
 * process alive; a promise that a caller waits for does.
 */
export function holdProcess(): () => void {
  const handle = setInterval(() => undefined, longestMs);
  return () => clearInterval(handle);
}

/** Returns the same promise and keeps the process alive until it settles. */
export async function held<T>(promise: Promise<T>): Promise<T> {
  const letGo = holdProcess();
  try {
    return await promise;
  } finally {
    letGo();
  }
}
