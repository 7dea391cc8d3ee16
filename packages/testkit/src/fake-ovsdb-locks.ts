/** Named locks, each with the clients that requested it. The first client owns the lock. */
export interface FakeLocks<T> {
  owns(name: string, client: T): boolean;
  /** Requests a lock. Returns true when the client owns it at once. */
  take(name: string, client: T): boolean;
  steal(name: string, client: T): void;
  release(name: string, client: T): void;
  /** Releases all locks that a client requested. */
  forget(client: T): void;
}

/** Creates a set of locks. `tell` notifies a client that it gained or lost one. */
export function fakeLocks<T>(
  tell: (client: T, event: 'locked' | 'stolen', name: string) => void,
): FakeLocks<T> {
  const queues = new Map<string, readonly T[]>();
  const owns = (name: string, client: T): boolean => queues.get(name)?.[0] === client;
  const release = (name: string, client: T): void => {
    const owned = owns(name, client);
    const left = (queues.get(name) ?? []).filter((other) => other !== client);
    queues.set(name, left);
    if (owned && left[0] !== undefined) tell(left[0], 'locked', name);
  };
  return {
    owns,
    release,
    take: (name, client) => {
      queues.set(name, [...(queues.get(name) ?? []), client]);
      return owns(name, client);
    },
    steal: (name, client) => {
      const queue = queues.get(name) ?? [];
      if (queue[0] !== undefined) tell(queue[0], 'stolen', name);
      queues.set(name, [client, ...queue]);
    },
    forget: (client) => {
      for (const name of queues.keys()) release(name, client);
    },
  };
}
