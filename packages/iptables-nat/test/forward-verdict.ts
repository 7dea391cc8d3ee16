import type { IptablesTables } from '@dovesnap/testkit';

/** A forwarded packet to TCP port 80, as far as the rules of the filter table look at it. */
export interface Packet {
  readonly from: string;
  readonly to: string;
  /** The ranges that its source is in. */
  readonly source: readonly string[];
  /** The ranges that its destination is in. */
  readonly destination: readonly string[];
  readonly state: 'NEW' | 'ESTABLISHED';
  /** Whether its destination was rewritten: it came for a published port. */
  readonly dnat?: boolean;
}

/** What becomes of a packet in FORWARD, whose policy is DROP. Knows the matches that these tests use; no others. */
export function forwardVerdict(kernel: IptablesTables, packet: Packet): 'ACCEPT' | 'DROP' {
  const chains = kernel.get('filter') ?? new Map<string, readonly string[]>();
  const walk = (chain: string): 'ACCEPT' | 'DROP' | undefined => {
    for (const rule of chains.get(chain) ?? []) {
      const target = targetOf(rule, packet);
      if (target === 'RETURN') return undefined;
      const verdict = target === 'ACCEPT' || target === 'DROP' ? target : target && walk(target);
      if (verdict) return verdict;
    }
    return undefined;
  };
  return walk('FORWARD') ?? 'DROP';
}

/** The target of a rule that matches. */
function targetOf(rule: string, packet: Packet): string | undefined {
  const words = rule.split(' ');
  const states = [packet.state, ...(packet.dnat === true ? ['DNAT'] : [])];
  const matches: Readonly<Record<string, (value: string) => boolean>> = {
    '-i': (value) => value === packet.from,
    '-o': (value) => value === packet.to,
    '-s': (value) => packet.source.includes(value),
    '-d': (value) => packet.destination.includes(value),
    '-p': (value) => value === 'tcp',
    '--dport': (value) => value === '80',
    '-m': () => true,
    '--ctstate': (value) => value.split(',').some((state) => states.includes(state)),
  };
  for (let at = 0; at < words.length; at += 2) {
    const negated = words[at] === '!';
    if (negated) at += 1;
    const [word = '', value = ''] = words.slice(at);
    if (word === '-j') return value;
    const match = matches[word];
    if (match === undefined) throw new Error(`no such match here: ${rule}`);
    if (match(value) === negated) return undefined;
  }
  throw new Error(`no target: ${rule}`);
}
