import { below, type CheckLog, isFalsy, type Spot } from './check-log.ts';
import type { Merged, SourceEntry } from './merge-includes.ts';
import { entryOf, listOf, type MapNode, mapOf, type Node, plainOf, resolve } from './node.ts';
import { expandInterfaces, type WrittenInterface } from './port-ranges.ts';
import { keyId, type Plain } from './scalar.ts';
import { keyText } from './value.ts';

/** A port as checks see it. */
export interface PortFacts {
  readonly spot: Spot;
  /** Where to point when the whole port is meant. */
  readonly at: Node;
  readonly key: Plain;
  readonly number: bigint | undefined;
  readonly name: string;
  /** With the defaults of its range. */
  readonly map: MapNode;
}

/** A datapath as checks see it. */
export interface DpFacts {
  readonly spot: Spot;
  readonly at: Node;
  readonly name: string;
  readonly map: MapNode;
  readonly ports: readonly PortFacts[];
}

/** A VLAN, listed or made by being named on a port. */
export interface VlanFacts {
  readonly key: Plain;
  readonly vid: bigint;
  readonly name: string;
  readonly reserved: boolean;
  /** Undefined for one that is not listed. */
  readonly listed: { readonly spot: Spot; readonly map: MapNode | undefined } | undefined;
}

/** An ACL as checks see it. */
export interface AclFacts {
  readonly spot: Spot;
  readonly at: Node;
  readonly key: Plain;
  readonly exactMatch: boolean;
  readonly rules: readonly RuleFacts[];
}

/** One rule that could be read. */
export interface RuleFacts {
  readonly spot: Spot;
  readonly map: MapNode;
}

/** Everything that references are resolved in. */
export interface NetworkFacts {
  readonly dps: readonly DpFacts[];
  readonly dpByName: ReadonlyMap<string, DpFacts>;
  readonly vlans: readonly VlanFacts[];
  /** By `keyId`. */
  readonly acls: ReadonlyMap<string, AclFacts>;
  /** By `keyId`. */
  readonly meters: ReadonlySet<string>;
  /** False when an include could not be followed: then what is missing may be there. */
  readonly complete: boolean;
  readonly log: CheckLog;
}

/** A scalar as Python's int: booleans count. */
export function asInt(value: Plain | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'boolean' ? BigInt(value) : undefined;
}

/** The values of a list of scalars; what is none is left out. */
export function plainList(map: MapNode | undefined, key: string): { value: Plain; at: Node }[] {
  const list = listOf(map, key);
  return (list?.items ?? []).flatMap((item) => {
    const at = resolve(item);
    return at.kind === 'scalar' ? [{ value: at.value, at: item }] : [];
  });
}

/** The ACLs that a port or a VLAN names, in the new form or the old. */
export function aclNames(map: MapNode | undefined, key: string): { value: Plain; at: Node }[] {
  const list = plainList(map, key);
  const old = entryOf(map, key.replace('acls_', 'acl_'));
  if (list.length > 0 || old === undefined) return list;
  const at = resolve(old.value);
  return at.kind === 'scalar' && !isFalsy(at) ? [{ value: at.value, at: old.value }] : list;
}

/** Gathers what references are resolved in. */
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

/** VLANs that a port names by number exist without being listed, on every datapath. */
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
    rules: (list?.items ?? []).flatMap((item, i) => {
      const map = ruleMap(item);
      return map === undefined ? [] : [{ spot: below(inner, String(i)), map }];
    }),
  };
}

/** The map of a rule: `{rule: {...}}`, or the bare one. Undefined when it is neither. */
export function ruleMap(item: Node): MapNode | undefined {
  const outer = resolve(item);
  if (outer.kind !== 'map') return undefined;
  const entry = entryOf(outer, 'rule');
  if (entry === undefined) return outer;
  const inner = resolve(entry.value);
  if (inner.kind === 'map') return inner;
  if (inner.kind !== 'scalar' || inner.value !== null) return undefined;
  // a null rule: Faucet takes what is beside it
  const beside = outer.entries.filter((other) => !isNull(other.value));
  return {
    ...outer,
    entries: beside,
    index: new Map(beside.map((other) => [keyId(other.key.value), other])),
  };
}

/** Whether this is null. */
export function isNull(node: Node): boolean {
  const at = resolve(node);
  return at.kind === 'scalar' && at.value === null;
}

/** The port that a number or a name means on a datapath: of two with one name the first, as Faucet has it. */
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

/** Whether a port is a link of a stack. */
export function stackOf(port: PortFacts): MapNode | undefined {
  const stack = mapOf(port.map, 'stack');
  return stack !== undefined && stack.entries.length > 0 ? stack : undefined;
}
