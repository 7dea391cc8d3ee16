import { checkOwner, checkWanted, familyOf } from './check-wanted.ts';
import { NatError } from './error.ts';
import { planHook, wantedJumps } from './plan-jumps.ts';
import type { ChainState, NatPlan, ObservedNat, WantedNat } from './types.ts';
import { wantedChains } from './wanted-rules.ts';

type FamilyState = ObservedNat['families'][number];
const tables = ['filter', 'nat'] as const;

/**
 * Plans the restore that changes the observed state to the wanted state. It changes only the chains named after the
 * owner and the jumps to them. Without wanted networks it removes everything that belongs to the owner. After the plan
 * is applied, the next plan is empty.
 *
 * @throws NatError `BAD_VALUE` for an invalid value, `NO_FAMILY` for an IPv6 subnet when ip6tables is not usable
 */
export function planNat(observed: ObservedNat, wanted: WantedNat): NatPlan {
  checkWanted(wanted);
  if (observed.owner !== wanted.owner) {
    throw new NatError('BAD_VALUE', `what was read is of ${observed.owner}, not ${wanted.owner}`);
  }
  const usable = observed.families.map(({ family }) => family);
  for (const { bridge, subnets } of wanted.networks) {
    const lost = subnets.find((subnet) => !usable.includes(familyOf(subnet)));
    if (lost === undefined) continue;
    throw new NatError('NO_FAMILY', `no iptables for ${familyOf(lost)}: ${lost} of ${bridge}`);
  }
  const families = observed.families.map((state) => ({
    family: state.family,
    lines: planFamily(state, wanted),
  }));
  return { families: families.filter(({ lines }) => lines.length > 0) };
}

/**
 * Plans the removal of everything that belongs to this owner.
 * @throws NatError `BAD_VALUE`
 */
export function planNatRemoval(observed: ObservedNat): NatPlan {
  checkOwner(observed.owner);
  return planNat(observed, { owner: observed.owner, networks: [] });
}

/** Formats the plan for display: the input of each `iptables-restore --noflush`. Empty for an empty plan. */
export function renderNat(plan: NatPlan): string {
  return plan.families
    .map(({ family, lines }) => `# ${family}\n${lines.map((line) => `${line}\n`).join('')}`)
    .join('');
}

function planFamily(state: FamilyState, wanted: WantedNat): readonly string[] {
  const chains = wantedChains(wanted, state.family);
  const jumps = wantedJumps(wanted.owner, state.family, chains, state.hooks);
  return tables.flatMap((table) => {
    const have = state.chains.filter((chain) => chain.table === table);
    const want = chains.filter((chain) => chain.table === table);
    const hooks = new Map(
      jumps
        .filter((jump) => jump.table === table)
        .map(({ hook }) => [hook, [] as readonly string[]]),
    );
    for (const hook of state.hooks) if (hook.table === table) hooks.set(hook.chain, hook.rules);
    const gone = have.filter(({ chain }) => !want.some((other) => other.chain === chain));
    const changed = want.filter((chain) => !have.some((other) => isSame(chain, other)));
    const lines = [
      // A chain declaration empties or creates the chain (iptables-restore(8), --noflush).
      ...[...changed, ...gone].map(({ chain }) => `:${chain} - [0:0]`),
      ...changed.flatMap(({ chain, rules }) => rules.map((rule) => `-A ${chain} ${rule}`)),
      ...[...hooks].flatMap(([hook, rules]) => planHook(wanted.owner, table, hook, rules, jumps)),
      ...gone.map(({ chain }) => `-X ${chain}`),
    ];
    return lines.length === 0 ? [] : [`*${table}`, ...lines, 'COMMIT'];
  });
}

function isSame(one: ChainState, other: ChainState): boolean {
  return one.chain === other.chain && one.rules.join('\n') === other.rules.join('\n');
}
