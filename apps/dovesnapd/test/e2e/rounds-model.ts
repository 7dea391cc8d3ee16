import fc from 'fast-check';
import { operatorConfig, rules } from './operator-config.ts';

/** A network of the rounds, each with other defaults. */
export interface RoundsNetwork {
  readonly name: string;
  readonly subnet: string;
  readonly options: Readonly<Record<string, string>>;
  /** ACL of a port without a label. */
  readonly acl: string;
}

export const roundsNetworks: readonly RoundsNetwork[] = [
  { name: 'level', subnet: '10.91.0.0/24', options: {}, acl: 'dovesnap-allow-all' },
  {
    name: 'out',
    subnet: '10.92.0.0/24',
    options: { 'ovs.bridge.mode': 'nat', 'ovs.bridge.vlan': '200' },
    acl: 'dovesnap-allow-all',
  },
  {
    name: 'plain',
    subnet: '10.93.0.0/24',
    options: { 'ovs.bridge.mode': 'routed', 'ovs.bridge.preallocate_ports': '6' },
    acl: 'dovesnap-allow-all',
  },
  {
    name: 'guarded',
    subnet: '10.94.0.0/24',
    options: { 'ovs.bridge.default_acl': 'ping-only', 'ovs.bridge.vlan': '300' },
    acl: 'ping-only',
  },
];

/** What a container of the rounds is started with, and what follows from it on each network. */
export interface RoundsKind {
  readonly labels: Readonly<Record<string, string>>;
  /** ACL by network; those not in it have the network's own. */
  readonly acls: Readonly<Record<string, string>>;
  readonly macPrefix: string;
}

const label = { acl: 'dovesnap.faucet.portacl', mac: 'dovesnap.faucet.mac_prefix' };

export const roundsKinds: readonly RoundsKind[] = [
  { labels: {}, acls: {}, macPrefix: '02:' },
  {
    labels: { [label.acl]: 'level:deny-all/guarded:allow-all', [label.mac]: '0e:99' },
    acls: { level: 'deny-all', guarded: 'allow-all' },
    macPrefix: '0e:99:',
  },
  {
    labels: { [label.acl]: 'ping-only/out:ping-only,deny-all' },
    acls: { level: 'ping-only', out: 'ping-only,deny-all', plain: 'ping-only' },
    macPrefix: '02:',
  },
];

/** The operator's part of faucet.yaml. */
export const roundsFaucet = operatorConfig({
  'allow-all': [rules.allow],
  'deny-all': [rules.deny],
  'ping-only': [
    '{eth_type: 0x806, actions: {allow: 1}}',
    '{eth_type: 0x800, ip_proto: 1, actions: {allow: 1}}',
  ],
});

/** A container as it must be. */
export interface RoundsContainer {
  readonly name: string;
  kind: RoundsKind;
  /** Names of networks. */
  readonly on: Set<string>;
}

/** What one worker does in one round, to one of its own containers. */
export interface Deed {
  readonly container: number;
  readonly network: RoundsNetwork;
  readonly kind: RoundsKind;
  /** `turn`: connects it to the network, or disconnects it when it is there; `replace`: a new one under its name. */
  readonly what: 'turn' | 'restart' | 'replace';
}

/** The deeds of all workers, round by round; the same seed gives the same ones. */
export function planRounds(options: {
  readonly rounds: number;
  readonly workers: number;
  readonly containers: number;
  readonly seed: number;
}): readonly (readonly Deed[])[] {
  const { rounds, workers, containers, seed } = options;
  const deed = fc.record({
    container: fc.nat({ max: containers - 1 }),
    network: fc.constantFrom(...roundsNetworks),
    kind: fc.constantFrom(...roundsKinds),
    what: fc.oneof(
      { arbitrary: fc.constant('turn' as const), weight: 36 },
      { arbitrary: fc.constant('restart' as const), weight: 1 },
      { arbitrary: fc.constant('replace' as const), weight: 2 },
    ),
  });
  const round = fc.array(deed, { minLength: workers, maxLength: workers });
  return fc.sample(round, { numRuns: rounds, seed });
}

/** One line for each endpoint that must be there. */
export function wantedEndpoints(containers: readonly RoundsContainer[]): readonly string[] {
  return containers
    .flatMap(({ name, kind, on }) =>
      [...on].map((network) => `${network} ${name} open ${aclOn(kind, network)} ${kind.macPrefix}`),
    )
    .sort();
}

/** Whether a container's pings leave it on a network. */
export function mayPing(kind: RoundsKind, network: string): boolean {
  return !aclOn(kind, network).startsWith('deny-all');
}

function aclOn(kind: RoundsKind, network: string): string {
  return kind.acls[network] ?? roundsNetworks.find((item) => item.name === network)?.acl ?? '';
}
