import { isInterfaceName } from './interface-name.ts';
import { commaList, parseWhole } from './words.ts';

/** Highest OpenFlow port number that Open vSwitch takes (OFPP_MAX of OpenFlow 1.0, by which it numbers ports). */
const highestOfPort = 65279;

/** What `ovs.bridge.add_ports` may be, for a sentence. */
export const ADD_PORTS_WORDS =
  'a comma list of NAME[/OFPORT][/ACL][/NATIVE_VLAN], each NAME and OFPORT once, OFPORT from 1 to 65279, NATIVE_VLAN from 1 to 4094';

/** What `ovs.bridge.add_copro_ports` may be, for a sentence. */
export const ADD_COPRO_PORTS_WORDS =
  'a comma list of NAME[/OFPORT][/ACL], each NAME and OFPORT once, also beside ovs.bridge.add_ports, OFPORT from 1 to 65279';

/** An interface of the host that a network is asked to take. */
export interface AddedPort {
  readonly name: string;
  /** `untagged` on a VLAN; one of Faucet's coprocessors; or `bound`: untagged, its addresses go to the bridge's local port. */
  readonly role: 'untagged' | 'coprocessor' | 'bound';
  /** undefined: Open vSwitch chooses. */
  readonly ofPort: number | undefined;
  readonly acl: string | undefined;
  /** undefined: the network's. */
  readonly vlan: number | undefined;
}

/** Reads `ovs.bridge.add_ports`; fields may be empty (`eth0///20`). Undefined when it is malformed. */
export function parseAddPorts(text: string): readonly AddedPort[] | undefined {
  return parseList(text, 'untagged', 4);
}

/** Reads `ovs.bridge.add_copro_ports`. Undefined when it is malformed. */
export function parseAddCoproPorts(text: string): readonly AddedPort[] | undefined {
  return parseList(text, 'coprocessor', 3);
}

/** The option that asks for ports of each role. */
export const OPTION_OF_ROLE = {
  untagged: 'ovs.bridge.add_ports',
  coprocessor: 'ovs.bridge.add_copro_ports',
  bound: 'ovs.bridge.bind_interface',
} as const;

/** The port of an interface whose addresses go to the bridge's local port. */
export function boundPort(name: string): AddedPort {
  return { name, role: 'bound', ofPort: undefined, acl: undefined, vlan: undefined };
}

/** The port that binds the host to the network, if one does. */
export function findBoundPort(spec: {
  readonly addedPorts: readonly AddedPort[];
}): AddedPort | undefined {
  return spec.addedPorts.find((port) => port.role === 'bound');
}

/** Writes ports the way they are read. */
export function formatAddedPorts(ports: readonly AddedPort[], role: AddedPort['role']): string {
  return ports
    .filter((port) => port.role === role)
    .map(({ name, ofPort, acl, vlan }) =>
      [name, ofPort ?? '', acl ?? '', vlan ?? ''].join('/').replace(/\/+$/, ''),
    )
    .join(',');
}

/** Whether no name and no number is given twice. */
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
