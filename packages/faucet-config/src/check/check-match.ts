import { isMac, parseAddress, parseInterface } from '../model/addresses.ts';
import { matchFields, oldMatchFields } from '../model/key-tables.ts';
import type { ProblemSeverity } from '../types.ts';
import { type MapNode, type Node, resolve } from '../yaml/node.ts';
import { keyText } from '../yaml/value.ts';
import { showNode } from './check-keys.ts';
import { below, report, type Spot } from './check-log.ts';
import { asInt } from './network-facts.ts';

/** Returns the matches of a rule under their new names. */
function matchesOf(rule: MapNode): { field: string; written: string; node: Node }[] {
  return rule.entries.flatMap((entry) => {
    const written = keyText(entry.key.value);
    const field = oldMatchFields[written] ?? written;
    return field in matchFields ? [{ field, written, node: entry.value }] : [];
  });
}

/**
 * Checks the matches of a rule: `match_from_dict` of faucet 1.10.12, and the prerequisites of OpenFlow 1.3.5, table 11.
 *
 * @param overwritten The field that Faucet sets itself, for the port or the VLAN that uses the ACL.
 * @param severity `refused` for an ACL in use, `wrong` for one that is not used yet.
 */
export function checkMatches(
  spot: Spot,
  rule: MapNode,
  overwritten: 'in_port' | 'vlan_vid' | undefined,
  severity: ProblemSeverity,
): void {
  const matches = matchesOf(rule);
  let fine = true;
  for (const { field, written, node } of matches) {
    if (written === overwritten) continue;
    const error = matchError(field, node);
    if (error !== undefined) {
      fine = false;
      const later =
        severity === 'wrong' ? '; Faucet will refuse the file when the ACL is used' : '';
      report(below(spot, written), node, 'BAD_VALUE', error + later, severity);
      continue;
    }
    const wrap = wraps(field, node);
    if (wrap === undefined) continue;
    const code = 'ACL_VALUE_WRAPS';
    report(below(spot, written), node, code, wrap, 'wrong');
  }
  if (fine) checkPrerequisites(spot, matches);
}

/** Parses like Python's int(text, 0), where that differs from JavaScript. */
function parseInteger(text: string): bigint | undefined {
  const digits = text.trim().replace(/(?<=[0-9a-fx])_(?=[0-9a-f])/gi, '');
  if (!/^[-+]?(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+|0+|[1-9][0-9]*)$/i.test(digits)) return undefined;
  const body = digits.replace(/^[-+]/, '').toLowerCase();
  return digits.startsWith('-') ? -BigInt(body) : BigInt(body);
}

/** Fields that accept `value/mask`. */
const MASKED = new Set([
  'metadata',
  'vlan_vid',
  'tcp_src',
  'tcp_dst',
  'udp_src',
  'udp_dst',
  'sctp_src',
  'sctp_dst',
  'pbb_isid',
  'tunnel_id',
  'ipv6_exthdr',
  'ct_state',
  'ct_mark',
  'ct_label',
]);

/** Returns why Faucet refuses a value for a field, or undefined if it accepts the value. */
export function matchError(field: string, node: Node): string | undefined {
  const at = resolve(node);
  const value = at.kind === 'scalar' ? at.value : null;
  const kind = matchFields[field];
  if (typeof kind === 'number') {
    if (typeof value === 'bigint') return undefined;
    if (typeof value === 'boolean' && field === 'vlan_vid') return undefined;
    if (typeof value !== 'string') return `${showNode(node)} is not a number`;
    if (field === 'vlan_vid' && /^[0-9]+$/.test(value)) return undefined;
    if (field === 'in_port' && isPortName(value)) return undefined;
    const parts = MASKED.has(field) ? value.split('/').slice(0, 2) : [value];
    if (parts.every((part) => parseInteger(part) !== undefined)) return undefined;
    return `${showNode(node)} is not a number as Faucet reads it${/^0[0-9]/.test(value) ? ' (no leading zeros in quotes)' : ''}`;
  }
  if (typeof value !== 'string') return `${showNode(node)} must be a string`;
  if (kind === 'mac') {
    const parts = value.split('/').slice(0, 2);
    return parts.every(isMac) ? undefined : `${showNode(node)} is not a MAC address`;
  }
  const bits = kind === 'ipv4' ? 32 : 128;
  return isIpMatch(value, bits)
    ? undefined
    : `${showNode(node)} is not an IPv${bits === 32 ? 4 : 6} address`;
}

function isPortName(value: string): boolean {
  const names = 'IN_PORT TABLE NORMAL FLOOD ALL CONTROLLER LOCAL ANY MAX'.split(' ');
  return names.includes(value.replace(/^OFPP_/i, '').toUpperCase());
}

function isIpMatch(value: string, bits: 32 | 128): boolean {
  const [address = '', mask, ...more] = value.split('/');
  if (more.length > 0 || parseAddress(address)?.bits !== bits) return false;
  if (mask === undefined) return true;
  return /^[0-9]+$/.test(mask)
    ? parseInterface(value) !== undefined
    : parseAddress(mask)?.bits === bits;
}

function wraps(field: string, node: Node): string | undefined {
  const at = resolve(node);
  const bits = matchFields[field];
  if (at.kind !== 'scalar' || typeof bits !== 'number') return undefined;
  const [text = ''] = typeof at.value === 'string' ? at.value.split('/') : [];
  const value = asInt(at.value) ?? parseInteger(text);
  if (value === undefined) return undefined;
  const used = field === 'vlan_vid' && typeof at.value !== 'string' ? 12 : bits;
  if (value >= 0n && value < 1n << BigInt(used)) return undefined;
  const left = BigInt.asUintN(used, value);
  return `${value} does not fit into ${used} bits; the switch gets ${left}`;
}

const ETHERTYPES = { ipv4: 0x800n, ipv6: 0x86ddn, arp: 0x806n } as const;

/** The prerequisites of fields, by the start of the field's name. */
const prerequisites: readonly {
  readonly field: RegExp;
  readonly needs: 'eth_type' | 'ip_proto';
  readonly values: readonly bigint[];
}[] = [
  { field: /^ipv4_|^icmpv4_/, needs: 'eth_type', values: [ETHERTYPES.ipv4] },
  { field: /^ipv6_|^icmpv6_/, needs: 'eth_type', values: [ETHERTYPES.ipv6] },
  { field: /^arp_/, needs: 'eth_type', values: [ETHERTYPES.arp] },
  {
    field: /^(?:ip_(?:proto|dscp|ecn)|nw_ttl|(?:tcp|udp|sctp)_(?:src|dst))$/,
    needs: 'eth_type',
    values: [ETHERTYPES.ipv4, ETHERTYPES.ipv6],
  },
  { field: /^mpls_/, needs: 'eth_type', values: [0x8847n, 0x8848n] },
  { field: /^pbb_/, needs: 'eth_type', values: [0x88e7n] },
  { field: /^tcp_/, needs: 'ip_proto', values: [6n] },
  { field: /^udp_/, needs: 'ip_proto', values: [17n] },
  { field: /^sctp_/, needs: 'ip_proto', values: [132n] },
  { field: /^icmpv4_/, needs: 'ip_proto', values: [1n] },
  { field: /^icmpv6_|^ipv6_nd_/, needs: 'ip_proto', values: [58n] },
];

function checkPrerequisites(
  spot: Spot,
  matches: readonly { field: string; written: string; node: Node }[],
): void {
  const numberOf = (field: string): bigint | undefined => {
    const match = matches.find((one) => one.field === field || one.field === `${field}_nxm`);
    const at = match === undefined ? undefined : resolve(match.node);
    if (at?.kind !== 'scalar') return undefined;
    return typeof at.value === 'string' ? parseInteger(at.value) : asInt(at.value);
  };
  for (const { field, written, node } of matches) {
    for (const { field: form, needs, values } of prerequisites) {
      if (!form.test(field)) continue;
      const value = numberOf(needs);
      if (value !== undefined && values.includes(value)) continue;
      const hex = values.map((one) =>
        needs === 'eth_type' ? `0x${one.toString(16)}` : String(one),
      );
      const message = `${written} needs ${needs}: ${hex.join(' or ')} beside it; without it the switch refuses the flow and the rule is silently absent`;
      report(below(spot, written), node, 'ACL_PREREQUISITE', message, 'wrong');
      break;
    }
  }
}
