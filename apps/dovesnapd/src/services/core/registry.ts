import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { recordName } from '../../domain/network-record.ts';
import type { NetworkEvents } from './network-events.ts';

/** The networks that this daemon looks after. */
export interface Registry {
  all(): readonly AttachedNetwork[];
  find(networkId: string): AttachedNetwork | undefined;
  /** @throws DovesnapError `UNKNOWN_NETWORK`. */
  get(networkId: string): AttachedNetwork;
  add(network: AttachedNetwork): void;
  remove(networkId: string): void;
  /** Resolves when the network has its name; undefined when it goes, or the signal fires, before. */
  named(network: AttachedNetwork, signal: AbortSignal): Promise<string | undefined>;
  /** Docker has told the name of a network that is new. */
  setName(network: AttachedNetwork, name: string): void;
  /** A network is being removed: until {@link gone} its bridge is not taken for that of a network nobody knows. */
  leaving(id: string): void;
  /** Its bridge is gone. */
  gone(id: string): void;
  isLeaving(id: string): boolean;
  /** The networks that the switch remembers are all here. */
  complete(): void;
  readonly isComplete: boolean;
  /** Resolves when they are; also when the signal fires. */
  untilComplete(signal: AbortSignal): Promise<void>;
}

/** Makes an empty {@link Registry}, which tells of networks that get their name and that go. */
export function registry(events: Pick<NetworkEvents, 'created' | 'removed'>): Registry {
  const networks = new Map<string, AttachedNetwork>();
  const waiting = new Map<string, Set<() => void>>();
  const wake = (id: string): void => {
    for (const resolve of waiting.get(id) ?? []) resolve();
    waiting.delete(id);
  };
  const completed = new AbortController();
  const leaving = new Set<string>();
  return {
    leaving: (id) => void leaving.add(id),
    gone: (id) => void leaving.delete(id),
    isLeaving: (id) => leaving.has(id),
    complete: () => completed.abort(),
    get isComplete() {
      return completed.signal.aborted;
    },
    untilComplete: async (signal) => {
      // Asked at every call: on Node 20 each signal made of others leaves some octets with the longest-lived of them.
      if (completed.signal.aborted || signal.aborted) return;
      const either = AbortSignal.any([completed.signal, signal]);
      await new Promise((resolve) => either.addEventListener('abort', resolve, { once: true }));
    },
    all: () => [...networks.values()],
    find: (id) => networks.get(id),
    get: (id) => {
      const network = networks.get(id);
      if (network !== undefined) return network;
      throw new DovesnapError(
        'UNKNOWN_NETWORK',
        `dovesnap does not know network ${id.slice(0, 12)}: remove it and create it again`,
      );
    },
    add: (network) => void networks.set(network.spec.id, network),
    remove: (id) => {
      const network = networks.get(id);
      networks.delete(id);
      wake(id);
      if (network !== undefined) events.removed(network);
    },
    setName: (network, name) => {
      const isNew = network.record.name === undefined;
      recordName(network.record, name);
      wake(network.spec.id);
      if (isNew) events.created(network);
    },
    named: async (network, signal) => {
      if (network.record.name !== undefined || signal.aborted) return network.record.name;
      await new Promise<void>((resolve) => {
        const set = waiting.get(network.spec.id) ?? new Set();
        waiting.set(network.spec.id, set.add(resolve));
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return network.record.name;
    },
  };
}
