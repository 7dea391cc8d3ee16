import { readFile } from 'node:fs/promises';
import type { HostAccess } from './host-access.ts';

/** Counters of a host's own IP stack, by name (`Icmp.InMsgs`, `Udp.NoPorts`, `Icmp6InMsgs`): /proc/net/snmp, snmp6. */
export type Counters = Readonly<Record<string, number>>;

/** Reads the counters of the host's network namespace. */
export async function readCounters(host: Pick<HostAccess, 'pid'>): Promise<Counters> {
  const [four, six] = await Promise.all(
    ['snmp', 'snmp6'].map((name) => readFile(`/proc/${host.pid}/net/${name}`, 'utf8')),
  );
  return { ...parseSnmp(four ?? ''), ...parseSnmp6(six ?? '') };
}

/**
 * Returns the counters that changed, and by how much. `families` (`Icmp`, `Udp`) limits the result to names with these
 * prefixes.
 */
export function movedCounters(
  before: Counters,
  after: Counters,
  families: readonly string[] = [''],
): Counters {
  const moved = Object.entries(after).flatMap(([name, value]) => {
    const by = value - (before[name] ?? 0);
    return by !== 0 && families.some((family) => name.startsWith(family)) ? [[name, by]] : [];
  });
  return Object.fromEntries(moved);
}

/** Parses /proc/net/snmp: pairs of lines, names above values, each with its protocol in front (proc(5)). */
export function parseSnmp(text: string): Counters {
  const rows = text
    .trim()
    .split('\n')
    .map((row) => row.split(/[: ]+/));
  const pairs = rows.flatMap(([protocol = '', ...names], index) => {
    const values = rows[index + 1] ?? [];
    if (index % 2 === 1 || values[0] !== protocol) return [];
    return names.map((name, column): [string, number] => [
      `${protocol}.${name}`,
      Number(values[column + 1]),
    ]);
  });
  return Object.fromEntries(pairs);
}

function parseSnmp6(text: string): Counters {
  const rows = text.trim().split('\n');
  return Object.fromEntries(
    rows.map((row) => row.split(/\s+/)).map(([n = '', v]) => [n, Number(v)]),
  );
}
