import { formatMac, isUnicastMac, parseMac } from '@dovesnap/netns';
import { parseDatapathId, parseTarget } from '@dovesnap/ovs';
import { ACL_CHOICE_WORDS, parseAclChoice } from './acl-choice.ts';
import { DovesnapError } from './error.ts';
import { highestOfPipeline } from './highest-of-pipeline.ts';
import { INTERFACE_NAME_WORDS, isInterfaceName } from './interface-name.ts';
import type { AclChoice, NetworkMode } from './network.ts';
import {
  ADD_COPRO_PORTS_WORDS,
  ADD_PORTS_WORDS,
  type AddedPort,
  parseAddCoproPorts,
  parseAddPorts,
} from './parse-added-ports.ts';
import { BOOLEAN_WORDS, commaList, parseBoolean, parseWhole, quoted } from './words.ts';

/** The given options of a network, parsed. Options that were omitted or empty are absent. */
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

/** What docs/options.md says of an option. */
export interface OptionHelp {
  /** Completes the sentence "accepted is ...". */
  readonly accepts: string;
  /** What holds where it is not given. */
  readonly standard: string;
  /** Half a sentence; Markdown. */
  readonly help: string;
}

interface Option<Value> extends OptionHelp {
  /** Returns undefined to refuse the text. Throwing also refuses it. */
  readonly parse: (text: string) => Value | undefined;
}

const boolean = { accepts: BOOLEAN_WORDS, parse: parseBoolean };

function whole(from: number, to: number): Pick<Option<number>, 'accepts' | 'parse'> {
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
    'ovs.bridge.mode': {
      accepts: 'flat, nat or routed',
      parse: parseMode,
      standard: 'flat',
      help: "flat: switched only, no route out. routed: the gateway's address is on the bridge. nat: routed, with the containers' addresses translated to the host's ([networks](features/networks.md))",
    },
    'ovs.bridge.dpid': {
      accepts:
        'a datapath id from 1 to 2^64-1 as 0x and hex digits, 16 hex digits or a decimal number',
      parse: (text) => ({ value: parseDatapathId(text), text }),
      standard: 'derived from host and network',
      help: 'OpenFlow datapath id, `dp_id` in `faucet.yaml`',
    },
    'ovs.bridge.controller': {
      accepts: 'a comma list of tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:PATH',
      parse: (text) => [...new Set(commaList(text).map(parseTarget))],
      standard: '`--default_ofcontrollers`',
      help: 'controllers that program the bridge; the port defaults to 6653',
    },
    'ovs.bridge.name': {
      accepts: INTERFACE_NAME_WORDS,
      parse: (text) => (isInterfaceName(text) ? text : undefined),
      standard: "`odsbr` and 10 digits of the network's id",
      help: 'name of the bridge',
    },
    'ovs.bridge.vlan': {
      ...whole(1, 4094),
      standard: '100',
      help: 'VLAN of the network ([VLANs](features/vlans.md))',
    },
    'ovs.bridge.default_acl': {
      accepts: ACL_CHOICE_WORDS,
      parse: parseAclChoice,
      standard: 'none: everything may pass',
      help: 'ACL of containers without a label ([ACLs](features/acls.md))',
    },
    'ovs.bridge.vlan_out_acl': {
      accepts: ACL_CHOICE_WORDS,
      parse: parseAclChoice,
      standard: 'none',
      help: 'ACL on traffic that leaves the VLAN, for every network on it ([VLANs](features/vlans.md))',
    },
    'ovs.bridge.nat_acl': {
      accepts: ACL_CHOICE_WORDS,
      parse: parseAclChoice,
      standard: 'none',
      help: "ACL of the gateway's port, on traffic from the host and from beyond it; ignored on a flat network, with a warning ([ACLs](features/acls.md))",
    },
    'ovs.bridge.ovs_local_mac': {
      accepts: 'a unicast MAC address such as 0e:00:00:00:00:01',
      parse: (text) => (isUnicastMac(text) ? formatMac(parseMac(text)) : undefined),
      standard: 'chosen by Open vSwitch',
      help: "MAC of the bridge's local port, which is the gateway's",
    },
    'ovs.bridge.add_ports': {
      accepts: ADD_PORTS_WORDS,
      parse: parseAddPorts,
      standard: 'none',
      help: 'host interfaces that belong to the network ([ports](features/ports.md))',
    },
    'ovs.bridge.add_copro_ports': {
      accepts: ADD_COPRO_PORTS_WORDS,
      parse: parseAddCoproPorts,
      standard: 'none',
      help: 'Faucet coprocessor ports ([ports](features/ports.md))',
    },
    // The range is checked at create (checkLbPort), so that older networks keep their number.
    'ovs.bridge.lbport': {
      accepts: `a whole number from 1 to ${highestOfPipeline}`,
      parse: (text) => parseWhole(text, 0, 0xffff_ffff),
      standard: '99',
      help: 'OpenFlow number of the link to the mirror; reserved even when nothing is mirrored; while something is, a number that another port has is refused ([mirroring](features/mirroring.md))',
    },
    'ovs.bridge.bind_interface': {
      accepts: INTERFACE_NAME_WORDS,
      parse: (text) => (isInterfaceName(text) ? text : undefined),
      standard: 'none',
      help: "moves this host interface's addresses and routes onto the bridge, and back when the network is removed ([bind_interface](features/bind-interface.md))",
    },
    'ovs.bridge.preallocate_ports': {
      ...whole(0, 1000),
      standard: 'chosen by the daemon',
      help: 'minimum number of ports kept ready',
    },
    'ovs.bridge.userspace': {
      ...boolean,
      standard: 'false; true where the kernel has no Open vSwitch datapath',
      help: 'use the userspace datapath ([userspace](features/userspace.md))',
    },
    'ovs.bridge.mtu': {
      ...whole(576, 65535),
      standard: "1500, or that of the host's uplink if smaller",
      help: 'MTU of bridge, links and containers',
    },
    'com.docker.network.driver.mtu': {
      ...whole(576, 65535),
      standard: 'none',
      help: 'the same as `ovs.bridge.mtu`',
    },
    'com.docker.network.bridge.enable_icc': {
      ...boolean,
      standard: 'true',
      help: 'false: containers do not reach each other ([isolation](features/isolation.md))',
    },
    'com.docker.network.bridge.enable_ip_masquerade': {
      ...boolean,
      standard: 'true in mode nat',
      help: 'false: nat becomes routed; true has no effect in other modes, with a warning',
    },
  };

/** Known by name, refused when given. */
const LATER: Readonly<Record<string, OptionHelp>> = {
  'ovs.bridge.dhcp': {
    accepts: BOOLEAN_WORDS,
    standard: 'false',
    help: 'addresses from a DHCP server on the attached LAN',
  },
  'ovs.bridge.publish': {
    accepts: 'host or gateway',
    standard: 'host',
    help: 'where `-p` ports can be reached',
  },
  'ovs.bridge.mirror_tunnel_vid': {
    accepts: 'a whole number from 1 to 4094',
    standard: '256 and the VLAN',
    help: 'VLAN of mirrored traffic over a stack',
  },
  'com.docker.network.bridge.host_binding_ipv4': {
    accepts: 'an IPv4 address',
    standard: 'all addresses',
    help: 'host address of published ports',
  },
};

/** Every option key that this driver uses, whether supported yet or not. */
export const KNOWN_OPTIONS: readonly string[] = [...Object.keys(OPTIONS), ...Object.keys(LATER)];

/** What there is to know of every option, in the order of docs/options.md. `later`: it is refused as not supported yet. */
export const OPTION_HELP: readonly (OptionHelp & {
  readonly key: string;
  readonly later: boolean;
})[] = [
  ...Object.entries(OPTIONS).map(([key, option]) => ({ key, later: false, ...option })),
  ...Object.entries(LATER).map(([key, option]) => ({ key, later: true, ...option })),
];

/** Returns an error whose sentence names the refused option, the value received and what is accepted. */
export function refusedOption(key: string, value: unknown, accepts: string): DovesnapError {
  return new DovesnapError(
    'BAD_OPTION',
    `option ${key} cannot be ${quoted(value)}: accepted is ${accepts}`,
  );
}

/** Returns the error for an option that later versions will support. */
function unsupportedOption(key: string, value: string): DovesnapError {
  return new DovesnapError('NOT_SUPPORTED', `option ${key}=${quoted(value)} is not supported yet`);
}

function parseOption<Value>(key: string, option: Option<Value>, text: string): Value {
  let value: Value | undefined;
  try {
    value = option.parse(text);
  } catch {
    // The parsers of other packages throw; `accepts` explains what they accept.
  }
  if (value === undefined) throw refusedOption(key, text, option.accepts);
  return value;
}

/**
 * Parses the values of known options. Unknown keys are ignored, and empty values count as not given.
 *
 * @throws DovesnapError `BAD_OPTION`, `NOT_SUPPORTED`.
 */
export function parseOptions(texts: ReadonlyMap<string, string>): GivenOptions {
  const given: Partial<Record<keyof GivenOptions, unknown>> = {};
  for (const [key, text] of texts) {
    if (text === '') continue;
    if (Object.hasOwn(LATER, key)) throw unsupportedOption(key, text);
    if (Object.hasOwn(OPTIONS, key)) {
      const known = key as keyof GivenOptions;
      given[known] = parseOption<unknown>(key, OPTIONS[known], text);
    }
  }
  return given as GivenOptions;
}
