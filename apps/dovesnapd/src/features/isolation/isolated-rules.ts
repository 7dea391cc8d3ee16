import type { AclRuleModel, YamlValue } from '@dovesnap/faucet-config';

type Raw = { readonly [key: string]: YamlValue };

/** Where frames of a container may go. */
export interface WaysOut {
  readonly vlan: number;
  /** Ports that have the VLAN untagged. */
  readonly untagged: readonly number[];
  /** Ports that have it with its tag. */
  readonly tagged: readonly number[];
  /** The bridge's own port, whether it is among the others or not; `mac` undefined: not known. */
  readonly gateway: { readonly mac: string | undefined; readonly number: number };
}

/**
 * The destination under which a frame goes on once it has been sent where it may go: a group address that no bridge
 * forwards (IEEE 802.1Q, table 8-1). Faucet learns the source and drops it in its flood table, with the egress pipeline
 * too (faucet 1.10.12, c65faucet 1.0.106).
 */
const blackHole = '01:80:c2:00:00:0f';

/**
 * What Faucet drops behind its port ACLs, and copies sent from there must not carry out either: tagged frames, addresses
 * that no bridge forwards and Cisco's, group addresses as sources, Faucet's own MAC, loop tests.
 */
export const guardRules: readonly AclRuleModel[] = [
  { vlan_vid: '0x1000/0x1000' },
  { eth_dst: '01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0' },
  { eth_dst: '01:00:0c:cc:cc:cc' },
  { eth_dst: '01:00:0c:cc:cc:cd' },
  { eth_src: '01:00:00:00:00:00/01:00:00:00:00:00' },
  { eth_src: '0e:00:00:00:00:01' },
  { eth_type: 0x9000 },
].map((match: Raw) => ({ match, verdict: 'deny', raw: { ...match, actions: { allow: 0 } } }));

/** Actions of a rule that lets through of which it is known what becomes of them in a derived rule. */
const knownActions = new Set(['allow', 'meter', 'mirror', 'output', 'force_port_vlan']);

/**
 * Why a rule cannot be held to where no container is; undefined when it can. `ct` goes on in tables of its own, and what
 * changes a frame that it lets through would change the copies, or hide what the switch is to be seen to do.
 */
export function isolationProblem({ raw }: Pick<AclRuleModel, 'raw'>): string | undefined {
  const actions = mapOf(raw.actions);
  if (actions.ct !== undefined) return 'ct';
  if (!letsThrough(actions)) return undefined;
  const unknown = Object.keys(actions).find((key) => !knownActions.has(key));
  const change = outputsOf(actions.output).flatMap(Object.keys).find(isChange);
  return unknown ?? (change === undefined ? undefined : `allow together with output ${change}`);
}

/**
 * The rules that stand for one of the operator's on a network whose containers are kept apart. What denies, or sends
 * elsewhere and ends, stays as it is. What lets through sends to the ways out, behind what it does already, and goes on
 * to where nobody is; what is for the gateway's own MAC goes only there. What cannot be held to that denies.
 */
export function isolateRule(rule: AclRuleModel, ways: WaysOut): AclRuleModel[] {
  const { actions, ...rest } = rule.raw;
  if (isolationProblem(rule) !== undefined) {
    return [{ ...rule, verdict: 'deny', raw: { ...rest, actions: { allow: 0 } } }];
  }
  const given = mapOf(actions);
  if (!letsThrough(given)) return [rule];
  const { output, force_port_vlan: _skipsLearning, ...kept } = given;
  const derived = (match: Raw, way: WaysOut): AclRuleModel => ({
    match: { ...rule.match, ...match },
    verdict: 'other',
    raw: {
      ...rest,
      ...match,
      actions: { ...kept, allow: 1, output: [...outputsOf(output), ...delivery(way)] },
    },
  });
  const { mac, number } = ways.gateway;
  const hasGateway = ways.untagged.includes(number);
  const isShared = ways.untagged.length + ways.tagged.length > 1;
  if (mac === undefined || !hasGateway || !isShared) return [derived({}, ways)];
  const toGateway: WaysOut = { ...ways, untagged: [number], tagged: [] };
  const destination = rule.raw.eth_dst ?? rule.raw.dl_dst;
  if (destination === mac) return [derived({}, toGateway)];
  if (destination !== undefined) return [derived({}, ways)];
  return [derived({ eth_dst: mac }, toGateway), derived({}, ways)];
}

/** Faucet takes a rule that mirrors and says nothing of `allow` for one that allows. */
function letsThrough({ allow, mirror }: Raw): boolean {
  return allow === 1 || allow === true || (allow === undefined && mirror !== undefined);
}

function isChange(key: string): boolean {
  return key !== 'port' && key !== 'ports';
}

function delivery({ vlan, untagged, tagged }: WaysOut): Raw[] {
  return [
    ...(untagged.length === 0 ? [] : [{ ports: untagged }]),
    ...(tagged.length === 0 ? [] : [{ vlan_vid: vlan }, { ports: tagged }, { pop_vlans: 1 }]),
    { set_fields: [{ eth_dst: blackHole }] },
  ];
}

/** Both forms of `output` as the one in which the order is said. */
function outputsOf(output: YamlValue | undefined): Raw[] {
  if (Array.isArray(output)) return output.map((item) => mapOf(item as YamlValue));
  return Object.entries(mapOf(output)).map(([key, value]) => ({ [key]: value }));
}

function mapOf(value: YamlValue | undefined): Raw {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as Raw) : {};
}
