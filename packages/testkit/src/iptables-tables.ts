/** Tables, chains and rules as iptables keeps them for one family. */
export type IptablesTables = Map<string, Map<string, string[]>>;

/** Makes tables with the built-in chains and these further chains, written `table chain`. */
export function iptablesTables(
  content: Readonly<Record<string, readonly string[]>> = {},
): IptablesTables {
  const tables: IptablesTables = new Map([
    ['filter', new Map(['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => [chain, []]))],
    ['nat', new Map(['PREROUTING', 'OUTPUT', 'POSTROUTING'].map((chain) => [chain, []]))],
  ]);
  for (const [name, rules] of Object.entries(content)) {
    const [table = '', chain = ''] = name.split(' ');
    tables.get(table)?.set(chain, [...rules]);
  }
  return tables;
}

/** Prints tables as iptables-save does. */
export function saveTables(tables: IptablesTables): string {
  return [...tables]
    .flatMap(([table, chains]) => [
      `*${table}`,
      ...[...chains.keys()].map(
        (chain) => `:${chain} ${/^[A-Z]+$/.test(chain) ? 'ACCEPT' : '-'} [0:0]`,
      ),
      ...[...chains].flatMap(([chain, rules]) => rules.map((rule) => `-A ${chain} ${rule}`)),
      'COMMIT',
    ])
    .join('\n');
}

/**
 * Runs a restore without flush: the commands that a restore may use, refused as iptables does. A refused restore leaves
 * the tables as they were.
 *
 * @throws Error that says why, and in which line
 */
export function restoreTables(tables: IptablesTables, lines: readonly string[]): void {
  const next = structuredClone(tables);
  let chains = new Map<string, string[]>();
  for (const [index, line] of lines.entries()) {
    const refuse = (why: string): never => {
      throw new Error(`iptables-restore: line ${index + 1} failed: ${why}: ${line}`);
    };
    if (line.startsWith('*')) chains = next.get(line.slice(1)) ?? refuse('no such table');
    else if (line !== 'COMMIT') restoreLine(chains, line, refuse);
  }
  for (const [table, kept] of next) tables.set(table, kept);
}

function restoreLine(
  chains: Map<string, string[]>,
  line: string,
  refuse: (why: string) => never,
): void {
  if (line.startsWith(':')) {
    chains.set(line.slice(1).split(' ', 1)[0] ?? '', []);
    return;
  }
  const [, command, name = '', rest = ''] = /^-([ADIX]) (\S+) ?(.*)$/.exec(line) ?? [];
  const rules = chains.get(name) ?? refuse('no such chain');
  const target = / ?-j (\S+)$/.exec(rest)?.[1];
  if (target?.includes('-') && !chains.has(target)) refuse('no such target');
  if (command === 'A') rules.push(rest);
  else if (command === 'X') {
    const used = [...chains.values()].flat().some((rule) => rule.endsWith(`-j ${name}`));
    if (used || rules.length > 0) refuse('the chain is in use');
    chains.delete(name);
  } else if (command === 'D') {
    const at = rules.indexOf(rest);
    if (at < 0) refuse('no such rule');
    rules.splice(at, 1);
  } else {
    const [, position, rule] = /^(\d+) (.*)$/.exec(rest) ?? refuse('no position');
    const index = Number(position) - 1;
    if (index < 0 || index > rules.length) refuse('index of insertion too big');
    rules.splice(index, 0, rule ?? '');
  }
}
