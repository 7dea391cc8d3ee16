import type { ChainState, ObservedNat, RuleText } from './types.ts';

type FamilyState = ObservedNat['families'][number];
type Table = ChainState['table'];

/** Chains of other owners that may contain jumps to an owner's chains. */
const hookNames: Readonly<Record<Table, readonly string[]>> = {
  filter: ['FORWARD', 'DOCKER-USER'],
  nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
};

/** Parses the parts of iptables-save that concern this owner, iptables 1.8.9, both backends. */
export function parseSave(text: string, owner: string): Omit<FamilyState, 'family'> {
  const all = readChains(text);
  const ours = (chain: string): boolean => chain.startsWith(`${owner}-`);
  const forward = all.find(({ table, chain }) => table === 'filter' && chain === 'FORWARD');
  const userReached = forward?.rules.some((rule) => jumpTarget(rule) === 'DOCKER-USER') ?? false;
  const hooks = all.filter(
    ({ table, chain, rules }) =>
      !ours(chain) &&
      (hookNames[table].includes(chain) || rules.some((rule) => ours(jumpTarget(rule) ?? ''))) &&
      (chain !== 'DOCKER-USER' ||
        userReached ||
        rules.some((rule) => ours(jumpTarget(rule) ?? ''))),
  );
  return { chains: all.filter(({ chain }) => ours(chain)), hooks };
}

/** Returns the chain or target that a rule jumps to. */
export function jumpTarget(rule: RuleText): string | undefined {
  // A comment may contain anything, including ` -j X`. Such a comment is quoted.
  const bare = rule.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  return /(?:^| )-[jg] (\S+)/.exec(bare)?.[1];
}

/** Parses the chains of the tables filter and nat. */
export function readChains(text: string): readonly ChainState[] {
  const chains = new Map<string, { table: Table; chain: string; rules: RuleText[] }>();
  let table: Table | undefined;
  const chainOf = (name: string): RuleText[] => {
    if (table === undefined) return [];
    const known = chains.get(`${table} ${name}`) ?? { table, chain: name, rules: [] };
    chains.set(`${table} ${name}`, known);
    return known.rules;
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = toTable(line.slice(1).trim());
    else if (line.startsWith(':')) chainOf(line.slice(1).split(' ', 1)[0] ?? '');
    else {
      const [, chain, rule] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
      if (chain !== undefined && rule !== undefined) chainOf(chain).push(rule);
    }
  }
  return [...chains.values()];
}

function toTable(name: string): Table | undefined {
  return name === 'filter' || name === 'nat' ? name : undefined;
}
