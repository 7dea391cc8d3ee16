/** Sends each value to every listener. A listener receives the values sent after it started to listen. */
export interface Broadcast<T> {
  /** Sends a value to all current listeners. */
  send(value: T): void;
  /** Sends a last value. Later listeners receive only this value. */
  end(last: T): void;
  /** Listens, starting with this call, until the signal fires or the broadcast ends. */
  listen(signal: AbortSignal): AsyncIterable<T>;
}

interface Listener<T> {
  readonly waiting: T[];
  wake: () => void;
}

/** Creates a broadcast. Values are queued for slow listeners, because they are few and small. */
export function broadcast<T>(): Broadcast<T> {
  const listeners = new Set<Listener<T>>();
  let last: { readonly value: T } | undefined;
  const send = (value: T): void => {
    for (const listener of listeners) {
      listener.waiting.push(value);
      listener.wake();
    }
  };
  return {
    send,
    end(value): void {
      if (last !== undefined) return;
      last = { value };
      send(value);
    },
    listen(signal): AsyncIterable<T> {
      const listener: Listener<T> = {
        waiting: last === undefined ? [] : [last.value],
        wake: () => undefined,
      };
      listeners.add(listener);
      const forget = (): void => void listeners.delete(listener);
      signal.addEventListener('abort', forget, { once: true });
      return drain(listener, signal, () => last !== undefined, forget);
    },
  };
}

async function* drain<T>(
  listener: Listener<T>,
  signal: AbortSignal,
  hasEnded: () => boolean,
  forget: () => void,
): AsyncGenerator<T> {
  const stop = (): void => listener.wake();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      const value = listener.waiting.shift();
      if (value !== undefined) yield value;
      else if (hasEnded()) return;
      else {
        await new Promise<void>((resolve) => {
          listener.wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    signal.removeEventListener('abort', forget);
    forget();
  }
}
