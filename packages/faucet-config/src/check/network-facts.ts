import type { Merged, SourceEntry } from '../model/merge-includes.ts';
import { expandInterfaces, type WrittenInterface } from '../model/port-ranges.ts';
import { entryOf, listOf, type MapNode, mapOf, type Node, plainOf, resolve } from '../yaml/node.ts';
import { keyId, type Plain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/value.ts';
import { below, type CheckLog, isFalsy, type Spot } from './check-log.ts';

/** What checks need to know about a port. */
export interface PortFacts {
  readonly spot: Spot;
  /** The node to report when the problem is about the whole port. */
  readonly at: Node;
  readonly key: Plain;
  readonly number: bigint | undefined;
  readonly name: string;
  /** Includes the defaults of its range. */
  readonly map: MapNode;
}

/** What checks need to know about a datapath. */
export interface DpFacts {
  readonly spot: Spot;
  readonly at: Node;
  readonly name: string;
  readonly map: MapNode;
  readonly ports: readonly PortFacts[];
}

/** A VLAN that is listed, or that exists because a port names it. */
export interface VlanFacts {
  readonly key: Plain;
  readonly vid: bigint;
  readonly name: string;
  readonly reserved: boolean;
  /** Undefined for a VLAN that is not listed. */
  readonly listed: { readonly spot: Spot; readonly map: MapNode | undefined } | undefined;
}

/** What checks need to know about an ACL. */
export interface AclFacts {
  readonly spot: Spot;
  readonly at: Node;
  readonly key: Plain;
  readonly exactMatch: boolean;
  /** Whether 802.1x may put the ACL on ports. */
  readonly dot1xAssigned: boolean;
  readonly rules: readonly RuleFacts[];
}

/** A rule that could be read. */
export interface RuleFacts {
  readonly spot: Spot;
  readonly map: MapNode;
}

/** Everything that references are resolved against. */
export interface NetworkFacts {
  readonly dps: readonly DpFacts[];
  readonly dpByName: ReadonlyMap<string, DpFacts>;
  readonly vlans: readonly VlanFacts[];
  /** By `keyId`. */
  readonly acls: ReadonlyMap<string, AclFacts>;
  /** By `keyId`. */
  readonly meters: ReadonlySet<string>;
  /** False if an include could not be followed. Missing names may then be defined there. */
  readonly complete: boolean;
  readonly log: CheckLog;
}

/** Returns a scalar as Python's int. Booleans count as integers. */
export function asInt(value: Plain | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? BigInt(value) : undefined;
}

/** Returns the scalars of a list. Other items are left out. */
export function plainList(map: MapNode | undefined, key: string): { value: Plain; at: Node }[] {
  const list = listOf(map, key);
  return (list?.items ?? []).flatMap((item) => {
    const at = resolve(item);
    return at.kind === 'scalar' ? [{ value: at.value, at: item }] : [];
  });
}

/** Returns the ACLs that a port or a VLAN names, in the new form or the old. */
export function aclNames(map: MapNode | undefined, key: string): { value: Plain; at: Node }[] {
  const list = plainList(map, key);
  const old = entryOf(map, key.replace('acls_', 'acl_'));
  if (list.length > 0 || old === undefined) return list;
  const at = resolve(old.value);
  return at.kind === 'scalar' && !isFalsy(at) ? [{ value: at.value, at: old.value }] : list;
}

/** Collects everything that references are resolved against. */
export function networkFacts(merged: Merged, log: CheckLog): NetworkFacts {
  const spotOf = (section: string, entry: SourceEntry): Spot => ({
    file: entry.file,
    path: [section, keyText(entry.key.value)],
    log,
  });
  const dps = [...merged.sections.dps.values()].flatMap((entry) => {
    const map = resolve(entry.value);
    return map.kind === 'map' ? [dpFacts(spotOf('dps', entry), entry, map)] : [];
  });
  const listed = [...merged.sections.vlans.values()].flatMap((entry) => {
    const facts = vlanFacts(spotOf('vlans', entry), entry);
    return facts === undefined ? [] : [facts];
  });
  const acls = [...merged.sections.acls.values()].map(
    (entry) => [keyId(entry.key.value), aclFacts(spotOf('acls', entry), entry)] as const,
  );
  return {
    dps,
    dpByName: new Map(dps.map((dp) => [dp.name, dp])),
    vlans: withImplicit(listed, dps),
    acls: new Map(acls),
    meters: new Set(merged.sections.meters.keys()),
    complete: merged.complete,
    log,
  };
}

function dpFacts(spot: Spot, entry: SourceEntry, map: MapNode): DpFacts {
  const name = keyText(entry.key.value);
  const written = expandInterfaces(mapOf(map, 'interfaces'), mapOf(map, 'interface_ranges'));
  return { spot, at: entry.key, name, map, ports: written.map((port) => portFacts(spot, port)) };
}

function portFacts(dp: Spot, written: WrittenInterface): PortFacts {
  const { key, entries, origin } = written;
  const section = origin.key.value === key ? 'interfaces' : 'interface_ranges';
  const value = resolve(origin.value);
  const map: MapNode =
    value.kind === 'map' && value.entries.length === entries.length
      ? value
      : {
          kind: 'map',
          flow: false,
          start: origin.value.start,
          end: origin.value.end,
          entries,
          index: new Map(entries.map((entry) => [keyId(entry.key.value), entry])),
        };
  const name = plainOf(map, 'name');
  return {
    spot: below(dp, section, keyText(origin.key.value)),
    at: origin.key,
    key,
    number: asInt(plainOf(map, 'number') ?? key),
    name: typeof name === 'string' ? name : keyText(key),
    map,
  };
}

function vlanFacts(spot: Spot, entry: SourceEntry): VlanFacts | undefined {
  const node = resolve(entry.value);
  const map = node.kind === 'map' ? node : undefined;
  const vid = asInt(plainOf(map, 'vid') ?? entry.key.value);
  if (vid === undefined) return undefined;
  const name = plainOf(map, 'name');
  return {
    key: entry.key.value,
    vid,
    name: typeof name === 'string' ? name : keyText(entry.key.value),
    reserved: plainOf(map, 'reserved_internal_vlan') === true,
    listed: { spot, map },
  };
}

/** A VLAN that a port names by number exists on every datapath, even if it is not listed. */
function withImplicit(listed: readonly VlanFacts[], dps: readonly DpFacts[]): VlanFacts[] {
  const vlans = [...listed];
  const known = new Set(listed.flatMap((vlan) => [keyId(vlan.key), keyId(vlan.vid)]));
  for (const port of dps.flatMap((dp) => dp.ports)) {
    const native = plainOf(port.map, 'native_vlan');
    const named = plainList(port.map, 'tagged_vlans').map((item) => item.value);
    for (const vid of native === undefined ? named : [native, ...named]) {
      if (typeof vid !== 'bigint' || known.has(keyId(vid))) continue;
      known.add(keyId(vid));
      vlans.push({ key: vid, vid, name: String(vid), reserved: false, listed: undefined });
    }
  }
  return vlans;
}

function aclFacts(spot: Spot, entry: SourceEntry): AclFacts {
  const node = resolve(entry.value);
  const list =
    node.kind === 'list' ? node : listOf(node.kind === 'map' ? node : undefined, 'rules');
  const inner = node.kind === 'map' ? below(spot, 'rules') : spot;
  return {
    spot,
    at: entry.key,
    key: entry.key.value,
    exactMatch: node.kind === 'map' && plainOf(node, 'exact_match') === true,
    dot1xAssigned: node.kind === 'map' && plainOf(node, 'dot1x_assigned') === true,
    rules: (list?.items ?? []).flatMap((item, i) => {
      const map = ruleMap(item);
      return map === undefined ? [] : [{ spot: below(inner, String(i)), map }];
    }),
  };
}

/** Returns the map of a rule, in the form `{rule: {...}}` or without `rule`. Undefined if it is neither. */
export function ruleMap(item: Node): MapNode | undefined {
  const outer = resolve(item);
  if (outer.kind !== 'map') return undefined;
  const entry = entryOf(outer, 'rule');
  if (entry === undefined) return outer;
  const inner = resolve(entry.value);
  if (inner.kind === 'map') return inner;
  if (inner.kind !== 'scalar' || inner.value !== null) return undefined;
  // if the rule is null, Faucet reads the keys next to it
  const beside = outer.entries.filter((other) => !isNull(other.value));
  return {
    ...outer,
    entries: beside,
    index: new Map(beside.map((other) => [keyId(other.key.value), other])),
  };
}

/** Returns whether a node is null. */
export function isNull(node: Node): boolean {
  const at = resolve(node);
  return at.kind === 'scalar' && at.value === null;
}

/** Returns the port with a number or a name on a datapath. If two have the same name, the first, as in Faucet. */
export function findPort(dp: DpFacts, port: Plain | undefined): PortFacts | undefined {
  const number = asInt(port);
  const index = indexOf(dp);
  if (number !== undefined) return index.get(`n${number}`);
  return typeof port === 'string' ? index.get(`s${port}`) : undefined;
}

const indexes = new WeakMap<DpFacts, ReadonlyMap<string, PortFacts>>();

function indexOf(dp: DpFacts): ReadonlyMap<string, PortFacts> {
  const known = indexes.get(dp);
  if (known !== undefined) return known;
  const made = new Map<string, PortFacts>();
  for (const port of dp.ports) {
    if (!made.has(`s${port.name}`)) made.set(`s${port.name}`, port);
    if (port.number !== undefined) made.set(`n${port.number}`, port);
  }
  indexes.set(dp, made);
  return made;
}

/** Returns the stack link of a port, if it is one. */
export function stackOf(port: PortFacts): MapNode | undefined {
  const stack = mapOf(port.map, 'stack');
  return stack !== undefined && stack.entries.length > 0 ? stack : undefined;
}
