import { contains, familyOf } from './check-wanted.ts';
import { NatError } from './error.ts';
import type {
  ChainState,
  Family,
  NatNetwork,
  PublishedPort,
  RuleText,
  WantedNat,
} from './types.ts';

/** The last part of a chain name. */
export type ChainKind = 'DROP' | 'IN' | 'OUT' | 'FWD' | 'POST' | 'DNAT';

/** Returns the name of an owner's chain. */
export function chainName(owner: string, kind: ChainKind): string {
  return `${owner}-${kind}`;
}

/**
 * Returns the chains of the wanted networks. Rules are written as the kernel prints them, so that they can be compared
 * with the output of iptables-save.
 *
 * A packet that a container sends out: FORWARD -> DROP (not between a masqueraded network and another network of the
 * owner) -> DOCKER-USER -> the administrator's rules -> FWD, which jumps to DROP again and then accepts it ->
 * POSTROUTING -> POST, which rewrites its source to the host's address.
 *
 * The reply: conntrack reverses the NAT -> FORWARD -> DROP passes it as established -> FWD accepts it.
 *
 * A published port: PREROUTING (or OUTPUT, from the host itself) -> DNAT -> FORWARD -> DROP passes it as DNAT -> FWD
 * accepts it. For a client container of the same network, POST also rewrites the source, because the reply would
 * otherwise go directly to the client.
 *
 * FWD jumps to DROP again because Docker inserts its own jumps before the owner's when it starts and when it creates a
 * network (seen with 20.10.24). A packet then reaches DOCKER-USER, and is accepted, before FORWARD jumps to DROP.
 */
export function wantedChains(wanted: WantedNat, family: Family): readonly ChainState[] {
  const all = wanted.networks.map((network) => {
    const subnets = network.subnets.filter((subnet) => familyOf(subnet) === family);
    return { ...network, subnets };
  });
  const networks = all.filter(({ subnets }) => subnets.length > 0);
  const published = (wanted.published ?? [])
    .filter(({ to }) => familyOf(to.address) === family)
    .map((port) => ({ port, network: networkOf(networks, port) }));
  const chain = (
    table: ChainState['table'],
    kind: ChainKind,
    rules: readonly RuleText[],
  ): ChainState => ({ table, chain: chainName(wanted.owner, kind), rules: [...new Set(rules)] });
  const jump = (kind: ChainKind): RuleText => `-j ${chainName(wanted.owner, kind)}`;

  // For any network, also in a family in which it has no subnet: a container may assign itself an address.
  const isolated = wanted.networks.filter((network) => network.isolated === true);
  const hidden = all.filter((network) => network.masquerade);
  const hiddenHere = networks.filter((network) => network.masquerade);
  const routedHere = networks.filter((network) => !network.masquerade);
  const drops = [
    ...isolated.map(({ bridge }) => `-i ${bridge} -o ${bridge} -j DROP`),
    ...hiddenHere
      .flatMap((network) => into(network, `! -i ${network.bridge} `))
      .map((match) => `${match} ${jump('IN')}`),
    ...(routedHere.length === 0
      ? []
      : hidden.flatMap(outOf).map((match) => `${match} ${jump('OUT')}`)),
  ];
  const accepts = [
    ...networks.flatMap(forwardRules),
    ...published.map(({ port, network }) => acceptRule(port, network.bridge)),
  ];
  return [
    chain('filter', 'DROP', drops),
    chain('filter', 'IN', hiddenHere.length === 0 ? [] : intoHidden(all)),
    chain('filter', 'OUT', hidden.length === 0 ? [] : outOfHidden(routedHere)),
    chain('filter', 'FWD', [
      ...(drops.length === 0 || accepts.length === 0 ? [] : [jump('DROP')]),
      ...accepts,
    ]),
    chain(
      'nat',
      'DNAT',
      published.map(({ port }) => dnatRule(port)),
    ),
    chain('nat', 'POST', [
      ...published.map(({ port, network }) => hairpinRule(port, network)),
      ...networks.flatMap(masqueradeRules),
    ]),
  ].filter(({ rules }) => rules.length > 0);
}

/**
 * Returns the network and subnet that a published port leads to.
 * @throws NatError `BAD_VALUE`
 */
function networkOf(
  networks: readonly NatNetwork[],
  { to }: PublishedPort,
): { readonly bridge: string; readonly subnet: string } {
  for (const { bridge, subnets } of networks) {
    const subnet = subnets.find((candidate) => contains(candidate, to.address));
    if (subnet !== undefined) return { bridge, subnet };
  }
  throw new NatError('BAD_VALUE', `${to.address} is in none of the networks`);
}

/**
 * Rules for traffic into a masqueraded network: it accepts connections from outside only to published ports, and
 * nothing from other networks of the owner.
 */
function intoHidden(all: readonly NatNetwork[]): readonly RuleText[] {
  return [
    ...all.flatMap(outOf).map((match) => `${match} -j DROP`),
    '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  ];
}

/**
 * Rules for traffic out of a masqueraded network: it sends nothing to a routed network. Traffic to another masqueraded
 * network is dropped on the way in.
 */
function outOfHidden(routed: readonly NatNetwork[]): readonly RuleText[] {
  return routed.flatMap((network) => into(network)).map((match) => `${match} -j DROP`);
}

/** Returns matches for traffic into a network. A bridge that leads out of the host also carries traffic for others. */
function into({ bridge, subnets, uplink }: NatNetwork, from = ''): readonly string[] {
  const out = `${from}-o ${bridge}`;
  return uplink === true ? subnets.map((subnet) => `-d ${subnet} ${out}`) : [out];
}

/** Returns matches for traffic from a network. A bridge that leads out of the host also carries traffic from others. */
function outOf({ bridge, subnets, uplink }: NatNetwork): readonly string[] {
  const from = `-i ${bridge}`;
  return uplink === true ? subnets.map((subnet) => `-s ${subnet} ${from}`) : [from];
}

function forwardRules(network: NatNetwork): readonly RuleText[] {
  const { bridge, subnets, masquerade, isolated = false } = network;
  return [
    ...(isolated ? [] : [`-i ${bridge} -o ${bridge} -j ACCEPT`]),
    ...subnets.map((subnet) => `-s ${subnet} -i ${bridge} ! -o ${bridge} -j ACCEPT`),
    ...(masquerade
      ? [`-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`]
      : subnets.map((subnet) => `-d ${subnet} ! -i ${bridge} -o ${bridge} -j ACCEPT`)),
  ];
}

function masqueradeRules(network: NatNetwork): readonly RuleText[] {
  const { bridge, subnets, masquerade, uplink } = network;
  if (!masquerade) return [];
  return subnets.flatMap((subnet) => [
    `-s ${subnet} ! -o ${bridge} -j MASQUERADE`,
    ...(uplink === true ? [`-s ${subnet} ! -d ${subnet} -o ${bridge} -j MASQUERADE`] : []),
  ]);
}

function dnatRule({ protocol, host, to }: PublishedPort): RuleText {
  const address = host.address === undefined ? '' : `-d ${single(host.address)} `;
  const target = to.address.includes(':') ? `[${to.address}]` : to.address;
  return `${address}${portMatch(protocol, host.port)} -j DNAT --to-destination ${target}:${to.port}`;
}

function acceptRule({ protocol, to }: PublishedPort, bridge: string): RuleText {
  const match = portMatch(protocol, to.port);
  return `-d ${single(to.address)} -o ${bridge} ${match} -m conntrack --ctstate DNAT -j ACCEPT`;
}

function hairpinRule(
  { protocol, to }: PublishedPort,
  { bridge, subnet }: { readonly bridge: string; readonly subnet: string },
): RuleText {
  const where = `-s ${subnet} -d ${single(to.address)} -o ${bridge}`;
  const match = portMatch(protocol, to.port);
  return `${where} ${match} -m conntrack --ctstate DNAT -j MASQUERADE`;
}

function portMatch(protocol: PublishedPort['protocol'], port: number): string {
  return `-p ${protocol} -m ${protocol} --dport ${port}`;
}

function single(address: string): string {
  return `${address}/${familyOf(address) === 'ipv4' ? 32 : 128}`;
}
