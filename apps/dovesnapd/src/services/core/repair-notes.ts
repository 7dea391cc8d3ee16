import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { type NetworkNotes, removeNote, setNote } from '../../domain/network-notes.ts';
import type { Parts } from './parts.ts';

/** Notes what cannot be written to faucet.yaml: what was wrong with its text is not known of the next one of somebody else. */
export function noteWhileFileStays(
  { faucet }: Pick<Parts, 'faucet'>,
  notes: NetworkNotes,
  subject: string,
  sentence: string,
): void {
  const { changesByOthers } = faucet.status();
  const isChanged = (): boolean => faucet.status().changesByOthers !== changesByOthers;
  setNote(notes, subject, { sentence, isDone: isChanged });
}

/** Drops the notes on what has been put right. */
export function dropDoneRepairs(notes: NetworkNotes): void {
  for (const [subject, { isDone }] of notes) if (isDone?.()) removeNote(notes, subject);
}

/** Whether a port that was closed to be put right is as it should be: open, or free and ready, or gone. */
export function isPutRight(network: AttachedNetwork, port: Port): boolean {
  if (network.ports.get(port.ofPort) !== port) return true;
  if (port.phase === 'free') return port.flows === 'seen';
  const isAtRest = port.phase === 'open' || port.phase === 'claimed' || port.phase === 'left';
  return isAtRest && port.flows !== 'lost';
}
