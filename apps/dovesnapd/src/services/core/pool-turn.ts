import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Parts } from './parts.ts';

/**
 * Does something about the ports of a network's bridge, and their links, while nobody else does: one piece of work after
 * another, in the order in which they were asked for.
 */
export function poolTurn<T>(
  { turns }: Pick<Parts, 'turns'>,
  network: AttachedNetwork,
  task: () => Promise<T>,
): Promise<T> {
  return turns.take(['pool', network.spec.id], task);
}
