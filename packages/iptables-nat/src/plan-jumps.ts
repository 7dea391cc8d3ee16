import { jumpTarget } from './parse-save.ts';
import type { ChainState, Family, RuleText } from './types.ts';
import { type ChainKind, chainName } from './wanted-rules.ts';

/** A jump to one of an owner's chains, and its place in a chain of another owner. */
interface Jump {
  readonly table: ChainState['table'];
  readonly hook: string;
  readonly kind: ChainKind;
  readonly rule: RuleText;
  /** `first`: evaluated before all other rules. `last`: evaluated after all other rules, but before a final RETURN. */
  readonly place: 'first' | 'last';
}

/** Returns the jumps to those of the owner's chains that are wanted. */
export function wantedJumps(
  owner: string,
  family: Family,
  chains: readonly ChainState[],
  hooks: readonly ChainState[],
): readonly Jump[] {
  const jump = (kind: ChainKind, match = ''): RuleText => `${match}-j ${chainName(owner, kind)}`;
  const local = '-m addrtype --dst-type LOCAL ';
  const loopback = family === 'ipv4' ? '127.0.0.0/8' : '::1/128';
  const all: readonly Jump[] = [
    { table: 'filter', hook: 'FORWARD', kind: 'DROP', rule: jump('DROP'), place: 'first' },
    { table: 'filter', hook: acceptHook(hooks), kind: 'FWD', rule: jump('FWD'), place: 'last' },
    { table: 'nat', hook: 'PREROUTING', kind: 'DNAT', rule: jump('DNAT', local), place: 'first' },
    {
      table: 'nat',
      hook: 'OUTPUT',
      kind: 'DNAT',
      rule: jump('DNAT', `! -d ${loopback} ${local}`),
      place: 'first',
    },
    { table: 'nat', hook: 'POSTROUTING', kind: 'POST', rule: jump('POST'), place: 'first' },
  ];
  return all.filter(({ kind }) => chains.some(({ chain }) => chain === chainName(owner, kind)));
}

/** Returns the chain for the jump to FWD. An administrator's rules are in DOCKER-USER, if FORWARD jumps to it. */
function acceptHook(hooks: readonly ChainState[]): string {
  const forward = hooks.find(({ chain }) => chain === 'FORWARD');
  const reached = forward?.rules.some((rule) => jumpTarget(rule) === 'DOCKER-USER') ?? false;
  return reached ? 'DOCKER-USER' : 'FORWARD';
}

/**
 * Returns the lines that remove an owner's jumps from a chain and insert the wanted ones. Empty when all jumps are in
 * place.
 */
export function planHook(
  owner: string,
  table: ChainState['table'],
  hook: string,
  rules: readonly RuleText[],
  wanted: readonly Jump[],
): readonly string[] {
  const isOurs = (rule: RuleText): boolean => jumpTarget(rule)?.startsWith(`${owner}-`) ?? false;
  const jumps = wanted.filter((jump) => jump.table === table && jump.hook === hook);
  const ours = rules.filter(isOurs);
  const complete = ours.length === jumps.length;
  if (complete && jumps.every((jump) => isInPlace(jump, rules, isOurs))) return [];
  const foreign = rules.filter((rule) => !isOurs(rule));
  const first = jumps.filter(({ place }) => place === 'first');
  const last = jumps.filter(({ place }) => place === 'last');
  const end = first.length + untilReturn(foreign).length;
  return [
    ...ours.map((rule) => `-D ${hook} ${rule}`),
    ...first.map(({ rule }, index) => `-I ${hook} ${index + 1} ${rule}`),
    ...last.map(({ rule }, index) => `-I ${hook} ${end + index + 1} ${rule}`),
  ];
}

/**
 * Returns whether a jump is in place. The same jump of another owner may be before or after it, so that two owners do
 * not compete for one place.
 */
function isInPlace(
  { kind, rule, place }: Jump,
  rules: readonly RuleText[],
  isOurs: (rule: RuleText) => boolean,
): boolean {
  const at = rules.indexOf(rule);
  if (at < 0) return false;
  const peer = new RegExp(`^[A-Z0-9_]{1,12}-${kind}$`);
  const mayPass = (other: RuleText): boolean => isOurs(other) || peer.test(jumpTarget(other) ?? '');
  if (place === 'first') return rules.slice(0, at).every(mayPass);
  const reached = untilReturn(rules);
  return at < reached.length && reached.slice(at + 1).every(mayPass);
}

/** Returns the rules up to an unconditional RETURN. Rules after it are never reached. */
function untilReturn(rules: readonly RuleText[]): readonly RuleText[] {
  const closing = rules.indexOf('-j RETURN');
  return closing < 0 ? rules : rules.slice(0, closing);
}
