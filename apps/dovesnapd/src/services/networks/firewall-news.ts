import { sealTable } from '@dovesnap/netns';
import type { Log } from '../../edges/log.ts';
import type { Parts } from '../core/parts.ts';

/** Tells whenever somebody may have changed firewall rules, or seals of links. */
export async function* firewallNews({
  firewall,
  log,
  signal,
}: Pick<Parts, 'firewall' | 'log' | 'signal'>): AsyncGenerator<void> {
  const rules = await firewall();
  const tables = [`netdev ${sealTable}`];
  yield* rules.changes({ signal, onBlind: blindness(log), tables });
}

/** Warns, once for each reason, that nobody tells of changes. */
function blindness(log: Log): (reason: string) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason === last) return;
    last = reason;
    log.warn({ reason }, 'nftables reports no changes here: the rules are compared every 0.7 s');
  };
}
