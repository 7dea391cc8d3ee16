import type { ChangesOptions, RuleChange } from './types.ts';

/** Reads what `nft monitor` prints. */
export interface ChangeReader {
  /** What has to be assumed when nothing is known: everything may have changed. */
  readonly everything: RuleChange;
  /** Reads one line. Returns what may have changed; undefined: nothing that is followed, or not known yet. */
  read(line: string): RuleChange | undefined;
}

/** Address families, from nft(8). */
const families: readonly string[] = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];

/**
 * Makes a {@link ChangeReader} for the output of `nft monitor` (nftables 1.0.6). Lines look like
 * `add rule ip filter FORWARD ...` or `delete chain netdev mine one`; each transaction ends with
 * `# new generation 7 by process 4711 (nft)`. What is deleted from a followed table counts when the transaction ends, if
 * it has not added the chain again. The deletion of a whole table always counts, because it is often one of many. So does
 * a line that cannot be parsed, such as `# ERROR: We lost some netlink events!`.
 */
export function changeReader(tables: NonNullable<ChangesOptions['tables']>): ChangeReader {
  const everything: RuleChange = { rules: true, tables: new Set(Object.keys(tables)) };
  const deleted = new Map<string, Set<string>>();
  const readEnd = (): RuleChange | undefined => {
    const missing = [...deleted].filter(([table, chains]) =>
      [...chains].some(tables[table] ?? not),
    );
    deleted.clear();
    if (missing.length === 0) return undefined;
    return { rules: false, tables: new Set(missing.map(([table]) => table)) };
  };
  const note = (table: string, verb: string, kind: string, chain: string): void => {
    const chains = deleted.get(table) ?? new Set();
    if (verb === 'delete') deleted.set(table, chains.add(chain));
    else if (kind === 'chain') chains.delete(chain);
  };
  const read = (line: string): RuleChange | undefined => {
    if (line.startsWith('# new generation')) return readEnd();
    if (line.trim() === '') return undefined;
    const [, verb = '', kind = '', family, name, chain] =
      /^(\w+) (\w+) (\w+) (\S+)(?: (\S+))?/.exec(line) ?? [];
    if (family === undefined || !families.includes(family)) return everything;
    if (verb === 'delete' && kind === 'table') return everything;
    const table = `${family} ${name}`;
    if (chain !== undefined && Object.hasOwn(tables, table)) note(table, verb, kind, chain);
    const isRules = (family === 'ip' || family === 'ip6') && (name === 'filter' || name === 'nat');
    return isRules ? { rules: true, tables: new Set() } : undefined;
  };
  return { everything, read };
}

const not = (): boolean => false;
