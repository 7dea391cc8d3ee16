import { formatMac, isUnicastMac, parseMac } from '@dovesnap/netns';
import { parseDatapathId, parseTarget } from '@dovesnap/ovs';
import { ACL_CHOICE_WORDS, parseAclChoice } from './acl-choice.ts';
import {
  ADD_COPRO_PORTS_WORDS,
  ADD_PORTS_WORDS,
  type AddedPort,
  parseAddCoproPorts,
  parseAddPorts,
} from './added-ports.ts';
import { DovesnapError } from './error.ts';
import { INTERFACE_NAME_WORDS, isInterfaceName } from './interface-name.ts';
import type { AclChoice, NetworkMode } from './network.ts';
import { BOOLEAN_WORDS, commaList, parseBoolean, parseWhole, quoted } from './words.ts';

/** The options of a network that were given, as values. What was left out or empty is absent. */
export interface GivenOptions {
  readonly 'ovs.bridge.mode'?: NetworkMode;
  readonly 'ovs.bridge.dpid'?: { readonly value: bigint; readonly text: string };
  readonly 'ovs.bridge.controller'?: readonly string[];
  readonly 'ovs.bridge.name'?: string;
  readonly 'ovs.bridge.vlan'?: number;
  readonly 'ovs.bridge.default_acl'?: AclChoice;
  readonly 'ovs.bridge.vlan_out_acl'?: AclChoice;
  readonly 'ovs.bridge.nat_acl'?: AclChoice;
  readonly 'ovs.bridge.ovs_local_mac'?: string;
  readonly 'ovs.bridge.add_ports'?: readonly AddedPort[];
  readonly 'ovs.bridge.add_copro_ports'?: readonly AddedPort[];
  readonly 'ovs.bridge.lbport'?: number;
  readonly 'ovs.bridge.bind_interface'?: string;
  readonly 'ovs.bridge.preallocate_ports'?: number;
  readonly 'ovs.bridge.userspace'?: boolean;
  readonly 'ovs.bridge.mtu'?: number;
  readonly 'com.docker.network.driver.mtu'?: number;
  readonly 'com.docker.network.bridge.enable_icc'?: boolean;
  readonly 'com.docker.network.bridge.enable_ip_masquerade'?: boolean;
}

interface Option<Value> {
  /** Completes the sentence "accepted is ...". */
  readonly accepts: string;
  /** undefined: refused. Whatever it throws counts as refused too. */
  readonly parse: (text: string) => Value | undefined;
}

const boolean: Option<boolean> = { accepts: BOOLEAN_WORDS, parse: parseBoolean };

function whole(from: number, to: number): Option<number> {
  return {
    accepts: `a whole number from ${from} to ${to}`,
    parse: (text) => parseWhole(text, from, to),
  };
}

function parseMode(text: string): NetworkMode | undefined {
  return text === 'flat' || text === 'nat' || text === 'routed' ? text : undefined;
}

const OPTIONS: { readonly [Key in keyof GivenOptions]-?: Option<NonNullable<GivenOptions[Key]>> } =
  {
    'ovs.bridge.mode': { accepts: 'flat, nat or routed', parse: parseMode },
    'ovs.bridge.dpid': {
      accepts:
        'a datapath id from 1 to 2^64-1 as 0x and hex digits, 16 hex digits or a decimal number',
      parse: (text) => ({ value: parseDatapathId(text), text }),
    },
    'ovs.bridge.controller': {
      accepts: 'a comma list of tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:PATH',
      parse: (text) => [...new Set(commaList(text).map(parseTarget))],
    },
    'ovs.bridge.name': {
      accepts: INTERFACE_NAME_WORDS,
      parse: (text) => (isInterfaceName(text) ? text : undefined),
    },
    'ovs.bridge.vlan': whole(1, 4094),
    'ovs.bridge.default_acl': { accepts: ACL_CHOICE_WORDS, parse: parseAclChoice },
    'ovs.bridge.vlan_out_acl': { accepts: ACL_CHOICE_WORDS, parse: parseAclChoice },
    'ovs.bridge.nat_acl': { accepts: ACL_CHOICE_WORDS, parse: parseAclChoice },
    'ovs.bridge.ovs_local_mac': {
      accepts: 'a unicast MAC address such as 0e:00:00:00:00:01',
      parse: (text) => (isUnicastMac(text) ? formatMac(parseMac(text)) : undefined),
    },
    'ovs.bridge.add_ports': { accepts: ADD_PORTS_WORDS, parse: parseAddPorts },
    'ovs.bridge.add_copro_ports': { accepts: ADD_COPRO_PORTS_WORDS, parse: parseAddCoproPorts },
    // Whether the link can have the number is asked where there is a link.
    'ovs.bridge.lbport': {
      accepts: 'a whole number from 1 to 4092',
      parse: (text) => parseWhole(text, 0, 0xffff_ffff),
    },
    'ovs.bridge.bind_interface': {
      accepts: INTERFACE_NAME_WORDS,
      parse: (text) => (isInterfaceName(text) ? text : undefined),
    },
    'ovs.bridge.preallocate_ports': whole(0, 1000),
    'ovs.bridge.userspace': boolean,
    'ovs.bridge.mtu': whole(576, 65535),
    'com.docker.network.driver.mtu': whole(576, 65535),
    'com.docker.network.bridge.enable_icc': boolean,
    'com.docker.network.bridge.enable_ip_masquerade': boolean,
  };

const NOT_YET: readonly string[] = [
  'ovs.bridge.dhcp',
  'ovs.bridge.publish',
  'ovs.bridge.mirror_tunnel_vid',
  'com.docker.network.bridge.host_binding_ipv4',
];

/** Every option key that means something to this driver, whether it is supported yet or not. */
export const KNOWN_OPTIONS: readonly string[] = [...Object.keys(OPTIONS), ...NOT_YET];

/** The sentence that says which option was refused, what was received and what would have been accepted. */
export function refusedOption(key: string, value: unknown, accepts: string): DovesnapError {
  return new DovesnapError(
    'BAD_OPTION',
    `option ${key} cannot be ${quoted(value)}: accepted is ${accepts}`,
  );
}

/** The sentence for an option that later versions will know. */
function unsupportedOption(key: string, value: string): DovesnapError {
  return new DovesnapError('NOT_SUPPORTED', `option ${key}=${quoted(value)} is not supported yet`);
}

function parseOption<Value>(key: string, option: Option<Value>, text: string): Value {
  let value: Value | undefined;
  try {
    value = option.parse(text);
  } catch {
    // The parsers of other packages throw; their reason is in `accepts`.
  }
  if (value === undefined) throw refusedOption(key, text, option.accepts);
  return value;
}

/**
 * Reads the values of known options; keys that are not known are left aside, empty values count as not given.
 * @throws DovesnapError `BAD_OPTION`, `NOT_SUPPORTED`.
 */
export function parseOptions(texts: ReadonlyMap<string, string>): GivenOptions {
  const given: Partial<Record<keyof GivenOptions, unknown>> = {};
  for (const [key, text] of texts) {
    if (text === '') continue;
    if (NOT_YET.includes(key)) throw unsupportedOption(key, text);
    if (Object.hasOwn(OPTIONS, key)) {
      const known = key as keyof GivenOptions;
      given[known] = parseOption<unknown>(key, OPTIONS[known], text);
    }
  }
  return given as GivenOptions;
}
