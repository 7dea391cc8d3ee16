import type { RuleChange } from '@dovesnap/iptables-nat';
import { sealTable } from '@dovesnap/netns';
import type { Log } from '../../edges/log.ts';
import type { Parts } from '../core/parts.ts';

/** The table of the seals on links, as nft names it. */
const seals = `netdev ${sealTable}`;

/** What somebody may have changed. */
export interface FirewallNews {
  readonly rules: boolean;
  readonly seals: boolean;
}

/** When something may have been missed. */
export const allOfFirewall: FirewallNews = { rules: true, seals: true };

/** Tells whenever somebody may have changed firewall rules, or removed seals of links that are to be there. */
export async function* firewallNews({
  firewall,
  host,
  log,
  signal,
}: Pick<Parts, 'firewall' | 'host' | 'log' | 'signal'>): AsyncGenerator<FirewallNews> {
  const rules = await firewall();
  const tables = { [seals]: host.keepsSeal };
  for await (const change of rules.changes({ signal, onBlind: blindness(log), tables })) {
    yield newsOf(change);
  }
}

function newsOf({ rules, tables }: RuleChange): FirewallNews {
  return { rules, seals: tables.has(seals) };
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
