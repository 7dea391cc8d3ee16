import { isInterfaceName } from './interface-name.ts';
import { commaList, parseWhole } from './words.ts';

/** Highest OpenFlow port number that Open vSwitch accepts (OFPP_MAX of OpenFlow 1.0, whose port numbers it uses). */
const highestOfPort = 65279;

/** What `ovs.bridge.add_ports` accepts, for use in a sentence. */
export const ADD_PORTS_WORDS =
  'a comma list of NAME[/OFPORT][/ACL][/NATIVE_VLAN], each NAME and OFPORT once, OFPORT from 1 to 65279, NATIVE_VLAN from 1 to 4094';

/** What `ovs.bridge.add_copro_ports` accepts, for use in a sentence. */
export const ADD_COPRO_PORTS_WORDS =
  'a comma list of NAME[/OFPORT][/ACL], each NAME and OFPORT once, also beside ovs.bridge.add_ports, OFPORT from 1 to 65279';

/** A host interface that is added to a network. */
export interface AddedPort {
  readonly name: string;
  /** `untagged`: on a VLAN. `coprocessor`: one of Faucet's coprocessors. */
  readonly role: 'untagged' | 'coprocessor';
  /** Undefined if Open vSwitch chooses it. */
  readonly ofPort: number | undefined;
  readonly acl: string | undefined;
  /** Undefined for the network's VLAN. */
  readonly vlan: number | undefined;
}

/** Parses `ovs.bridge.add_ports`. Fields may be empty (`eth0///20`). Undefined if it is malformed. */
export function parseAddPorts(text: string): readonly AddedPort[] | undefined {
  return parseList(text, 'untagged', 4);
}

/** Parses `ovs.bridge.add_copro_ports`. Undefined if it is malformed. */
export function parseAddCoproPorts(text: string): readonly AddedPort[] | undefined {
  return parseList(text, 'coprocessor', 3);
}

/** The option that adds ports of each role. */
export const OPTION_OF_ROLE = {
  untagged: 'ovs.bridge.add_ports',
  coprocessor: 'ovs.bridge.add_copro_ports',
} as const;

/** Formats ports so that they can be parsed again. */
export function formatAddedPorts(ports: readonly AddedPort[], role: AddedPort['role']): string {
  return ports
    .filter((port) => port.role === role)
    .map(({ name, ofPort, acl, vlan }) =>
      [name, ofPort ?? '', acl ?? '', vlan ?? ''].join('/').replace(/\/+$/, ''),
    )
    .join(',');
}

/** Returns whether all names and all numbers are different. */
export function arePortsApart(ports: readonly AddedPort[]): boolean {
  const numbers = ports.flatMap((port) => port.ofPort ?? []);
  return (
    new Set(ports.map((port) => port.name)).size === ports.length &&
    new Set(numbers).size === numbers.length
  );
}

function parseList(
  text: string,
  role: AddedPort['role'],
  fields: number,
): readonly AddedPort[] | undefined {
  const ports = commaList(text).map((item) => parsePort(item, role, fields));
  const good = ports.filter((port) => port !== undefined);
  return good.length === ports.length && arePortsApart(good) ? good : undefined;
}

function parsePort(item: string, role: AddedPort['role'], fields: number): AddedPort | undefined {
  const parts = item.split('/').map((part) => part.trim());
  const [name = '', number = '', acl = '', native = ''] = parts;
  if (parts.length > fields || !isInterfaceName(name) || /[\p{C}\p{Zl}\p{Zp}]/u.test(acl)) {
    return undefined;
  }
  const ofPort = parseWhole(number, 1, highestOfPort);
  const vlan = parseWhole(native, 1, 4094);
  if ((number !== '' && ofPort === undefined) || (native !== '' && vlan === undefined)) {
    return undefined;
  }
  return { name, role, ofPort, acl: acl || undefined, vlan };
}
