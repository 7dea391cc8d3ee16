import type { AttachedNetwork } from '../../domain/attached-network.ts';

/** Tells those who wait for a port of a network that one of them changed. */
export interface PortNews {
  tell(network: AttachedNetwork): void;
  /** Resolves at the next change. Rejects with the signal's reason when it fires. */
  next(network: AttachedNetwork, signal: AbortSignal): Promise<void>;
}

/** Makes {@link PortNews}. */
export function portNews(): PortNews {
  const listeners = new Map<string, Set<() => void>>();
  return {
    tell: (network) => {
      for (const wake of listeners.get(network.spec.id) ?? []) wake();
    },
    next: (network, signal) =>
      new Promise((resolve, reject) => {
        const waiting = listeners.get(network.spec.id) ?? new Set();
        listeners.set(network.spec.id, waiting);
        const leave = (): void => {
          waiting.delete(wake);
          signal.removeEventListener('abort', stop);
        };
        const wake = (): void => {
          leave();
          resolve();
        };
        const stop = (): void => {
          leave();
          reject(signal.reason);
        };
        waiting.add(wake);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  };
}
