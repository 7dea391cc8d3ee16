/** Hands each value to every listener; a listener hears what is sent after it has begun to listen. */
export interface Broadcast<T> {
  /** Sends a value to all who listen now. */
  send(value: T): void;
  /** Sends a last value; who listens later hears only this one. */
  end(last: T): void;
  /** Listens, from this call on, until the signal fires or the broadcast has ended. */
  listen(signal: AbortSignal): AsyncIterable<T>;
}

interface Listener<T> {
  readonly waiting: T[];
  wake: () => void;
}

/** Makes a broadcast. Values wait for slow listeners: they are few and small. */
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
