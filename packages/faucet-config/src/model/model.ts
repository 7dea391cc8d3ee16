import { FaucetConfigError } from '../error.ts';
import type {
  AclModel,
  AclRuleModel,
  DpModel,
  FaucetModel,
  InterfaceModel,
  MeterModel,
  RouterModel,
  VlanModel,
  YamlValue,
} from '../types.ts';
import { mapOf, type Node, plainOf, resolve } from '../yaml/node.ts';
import { keyId } from '../yaml/scalar.ts';
import { keyText, toYamlValue } from '../yaml/value.ts';
import type { Merged, SourceEntry } from './merge-includes.ts';
import { expandInterfaces, type WrittenInterface } from './port-ranges.ts';

type Raw = { readonly [key: string]: YamlValue };

/** Converts merged files to a model. @throws FaucetConfigError `SYNTAX` if a file is not YAML as Faucet reads it. */
export function toModel(merged: Merged): FaucetModel {
  const unreadable = merged.problems.find((problem) => syntaxCodes.has(problem.code));
  if (unreadable !== undefined) {
    const message = `${unreadable.file ?? 'the text'}, line ${unreadable.line}: ${unreadable.message}`;
    const { file, line, column, path } = unreadable;
    throw new FaucetConfigError('SYNTAX', message, {
      file,
      line,
      column,
      path,
      problems: [unreadable],
    });
  }
  const { acls, dps, vlans, meters, routers } = merged.sections;
  return {
    dps: mapEntries(dps, dpModel),
    acls: mapEntries(acls, aclModel),
    vlans: mapEntries(vlans, vlanModel),
    meters: mapEntries(meters, meterModel),
    routers: mapEntries(routers, routerModel),
    files: merged.files.flatMap((file) => (file.path === undefined ? [] : [file.path])),
  };
}

const syntaxCodes: ReadonlySet<string> = new Set([
  'SYNTAX',
  'CONTROL_CHARACTER',
  'DUPLICATE_KEY',
  'UNKNOWN_TAG',
  'UNKNOWN_ALIAS',
]);

function mapEntries<T>(
  entries: ReadonlyMap<string, SourceEntry>,
  make: (name: string, node: Node) => T,
): Map<string, T> {
  // for Faucet, a number and a string that look the same are two keys; edits refer to the string
  const isName = (entry: SourceEntry): boolean => typeof entry.key.value === 'string';
  const made = new Map<string, T>();
  for (const entry of entries.values()) {
    const name = keyText(entry.key.value);
    if (made.has(name) && !isName(entry)) continue;
    made.set(name, make(name, resolve(entry.value)));
  }
  return made;
}

function rawOf(node: Node): Raw {
  const value = toYamlValue(node);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

function listAt(raw: Raw, key: string): readonly YamlValue[] {
  const value = raw[key];
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function names(raw: Raw, key: string, old: string): string[] {
  const list = listAt(raw, key);
  return (list.length > 0 ? list : listAt(raw, old)).map(String);
}

function numbersOrNames(list: readonly YamlValue[]): (number | string)[] {
  return list.filter((item) => typeof item === 'number' || typeof item === 'string');
}

function numberOrName(value: YamlValue | undefined): number | string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

function text(value: YamlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dpModel(name: string, node: Node): DpModel {
  const map = node.kind === 'map' ? node : undefined;
  const dpId = plainOf(map, 'dp_id');
  const { interfaces: _, ...raw } = rawOf(
    map === undefined
      ? node
      : { ...map, entries: map.entries.filter((entry) => entry.key.value !== 'interfaces') },
  );
  const written = expandInterfaces(mapOf(map, 'interfaces'), mapOf(map, 'interface_ranges'));
  return {
    name,
    dpId: typeof dpId === 'bigint' ? dpId : undefined,
    interfaces: written.map(interfaceModel),
    raw,
  };
}

function interfaceModel(written: WrittenInterface): InterfaceModel {
  const raw = rawOf({
    kind: 'map',
    flow: false,
    start: 0,
    end: 0,
    entries: written.entries,
    index: new Map(written.entries.map((entry) => [keyId(entry.key.value), entry])),
  });
  const key = keyText(written.key);
  const number = raw.number ?? (typeof written.key === 'bigint' ? Number(written.key) : undefined);
  const stack = raw.stack;
  const link = typeof stack === 'object' && stack !== null ? (stack as Raw) : {};
  const peer = numberOrName(link.port);
  const coprocessor = raw.coprocessor;
  return {
    number: typeof number === 'number' ? number : undefined,
    key,
    range: written.range,
    name: text(raw.name) ?? key,
    description: text(raw.description),
    nativeVlan: numberOrName(raw.native_vlan),
    taggedVlans: numbersOrNames(listAt(raw, 'tagged_vlans')),
    aclsIn: names(raw, 'acls_in', 'acl_in'),
    mirror: numbersOrNames(listAt(raw, 'mirror')),
    outputOnly: raw.output_only === true,
    opstatusReconf: raw.opstatus_reconf !== false,
    coprocessor:
      typeof coprocessor === 'object' &&
      coprocessor !== null &&
      Object.keys(coprocessor).length > 0,
    stack:
      typeof link.dp === 'string' && peer !== undefined ? { dp: link.dp, port: peer } : undefined,
    raw,
  };
}

function meterModel(name: string, node: Node): MeterModel {
  const raw = rawOf(node);
  const { meter_id: meterId } = raw;
  return { name, meterId: typeof meterId === 'number' ? meterId : undefined, raw };
}

function routerModel(name: string, node: Node): RouterModel {
  const raw = rawOf(node);
  const { bgp } = raw;
  const speaker = typeof bgp === 'object' && bgp !== null ? listAt(bgp as Raw, 'vlan') : [];
  const vlans = [...new Set(numbersOrNames([...listAt(raw, 'vlans'), ...speaker]))];
  return { name, vlans, raw };
}

function vlanModel(key: string, node: Node): VlanModel {
  const raw = rawOf(node);
  const vid = raw.vid ?? (/^[0-9]+$/.test(key) ? Number(key) : undefined);
  return {
    key,
    vid: typeof vid === 'number' ? vid : undefined,
    description: text(raw.description),
    aclsIn: names(raw, 'acls_in', 'acl_in'),
    aclsOut: names(raw, 'acls_out', 'acl_out'),
    raw,
  };
}

function aclModel(name: string, node: Node): AclModel {
  const value = toYamlValue(node);
  const list = Array.isArray(value) ? value : listAt(rawOf(node), 'rules');
  const exactMatch = node.kind === 'map' && plainOf(node, 'exact_match') === true;
  return { name, exactMatch, rules: list.map(ruleModel) };
}

function ruleModel(item: YamlValue): AclRuleModel {
  const outer = (typeof item === 'object' && item !== null ? item : {}) as Raw;
  const inner = 'rule' in outer ? outer.rule : outer;
  const raw = (typeof inner === 'object' && inner !== null ? inner : {}) as Raw;
  const { actions, cookie: _cookie, description: _description, ...match } = raw;
  return { match, verdict: verdictOf(actions), raw };
}

/** A rule without `allow: 1` drops. A rule with any other action is neither a plain allow nor a plain deny. */
function verdictOf(actions: YamlValue | undefined): AclRuleModel['verdict'] {
  const raw = (typeof actions === 'object' && actions !== null ? actions : {}) as Raw;
  const more = Object.keys(raw).filter((key) => key !== 'allow');
  if (more.length > 0) return 'other';
  return raw.allow === 1 || raw.allow === true ? 'allow' : 'deny';
}
