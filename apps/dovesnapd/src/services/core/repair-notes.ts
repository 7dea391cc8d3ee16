import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { Parts } from './parts.ts';

/** Notes something that is being put right: the note goes when `isDone` says that it has been. */
export function noteRepair(
  network: AttachedNetwork,
  subject: string,
  sentence: string,
  isDone: () => boolean,
): void {
  network.notes.set(subject, sentence);
  network.repairs.set(subject, isDone);
}

/** Notes what cannot be written to faucet.yaml: what was wrong with its text is not known of the next one of somebody else. */
export function noteWhileFileStays(
  { faucet }: Pick<Parts, 'faucet'>,
  network: AttachedNetwork,
  subject: string,
  sentence: string,
): void {
  const { changesByOthers } = faucet.status();
  const isChanged = (): boolean => faucet.status().changesByOthers !== changesByOthers;
  noteRepair(network, subject, sentence, isChanged);
}

/** Drops the notes on what has been put right. */
export function dropDoneRepairs(network: AttachedNetwork): void {
  for (const [subject, isDone] of network.repairs) {
    if (!isDone()) continue;
    network.notes.delete(subject);
    network.repairs.delete(subject);
  }
}

/** Whether a port that was closed to be put right is as it should be: open, or free and ready, or gone. */
export function isPutRight(network: AttachedNetwork, port: Port): boolean {
  if (network.ports.get(port.ofPort) !== port) return true;
  if (port.phase === 'free') return port.flows === 'seen';
  const isAtRest = port.phase === 'open' || port.phase === 'claimed' || port.phase === 'left';
  return isAtRest && port.flows !== 'lost';
}
