/** The longest timer of Node, in milliseconds (timers.setTimeout). */
export const longestMs: number = 2 ** 31 - 1;

/**
 * Keeps this process alive until the returned function is called. For libraries whose connections, background programs and
 * timers do not: a promise that a caller awaits still has to.
 */
export function holdProcess(): () => void {
  const handle = setInterval(() => undefined, longestMs);
  return () => clearInterval(handle);
}

/** Returns a promise with the same outcome. It keeps the process alive until it settles. */
export async function held<T>(promise: Promise<T>): Promise<T> {
  const letGo = holdProcess();
  try {
    return await promise;
  } finally {
    letGo();
  }
}
