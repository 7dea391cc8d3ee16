import type { CreateNetworkRequest, IpamData } from '../protocol/network-driver.ts';
import { formatAclChoice, NO_ACLS } from './acl-choice.ts';
import { type Cidr, contains, parseCidr } from './cidr.ts';
import { closest, misspelt } from './closest.ts';
import { DovesnapError } from './error.ts';
import type { AclChoice, NetworkMode, RequestedSpec, Subnet } from './network.ts';
import { type GivenOptions, KNOWN_OPTIONS, parseOptions, refusedOption } from './options-table.ts';
import {
  ADD_COPRO_PORTS_WORDS,
  type AddedPort,
  arePortsApart,
  formatAddedPorts,
} from './parse-added-ports.ts';
import { quoted } from './words.ts';

/** Default VLAN of a network (the Go driver's default). */
const DEFAULT_VLAN = 100;

/** Default of `ovs.bridge.lbport` (the Go driver's default). */
const DEFAULT_LBPORT = 99;

/** A network as requested, with warnings for its creator. */
export interface ParsedNetwork {
  readonly spec: RequestedSpec;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Parses Docker's CreateNetwork request into a network: options, addresses, defaults.
 *
 * @throws DovesnapError `BAD_OPTION`, `BAD_REQUEST`, `NOT_SUPPORTED`, each with one sentence that names the option, the
 * value received and what is accepted.
 */
export function parseNetworkRequest(request: CreateNetworkRequest): ParsedNetwork {
  const texts = optionTexts(request.Options['com.docker.network.generic']);
  const warnings = [...texts.keys()].flatMap(unknownOptionWarning);
  const given = parseOptions(texts);
  refuseWhatComesLater(request);
  refuseIsolationUnderVlanAcl(given);
  const mode = modeOf(given, warnings);
  const subnets = [...request.IPv4Data, ...request.IPv6Data].flatMap((data) =>
    subnetOf(data, mode, warnings),
  );
  refuseGatewayless(mode, subnets);
  const spec: RequestedSpec = {
    id: request.NetworkID,
    mode,
    internal: request.Options['com.docker.network.internal'] === true,
    subnets,
    dpid: given['ovs.bridge.dpid'],
    controllers: given['ovs.bridge.controller'],
    bridge: given['ovs.bridge.name'] ?? defaultBridgeName(request.NetworkID),
    vlan: given['ovs.bridge.vlan'] ?? DEFAULT_VLAN,
    isVlanGiven: given['ovs.bridge.vlan'] !== undefined,
    mtu: mtuOf(given),
    userspace: given['ovs.bridge.userspace'],
    preallocatePorts: given['ovs.bridge.preallocate_ports'],
    defaultAcl: given['ovs.bridge.default_acl'] ?? NO_ACLS,
    vlanOutAcl: given['ovs.bridge.vlan_out_acl'] ?? NO_ACLS,
    natAcl: natAclOf(given, mode, warnings),
    localMac: given['ovs.bridge.ovs_local_mac'],
    isolated: given['com.docker.network.bridge.enable_icc'] === false,
    lbPort: given['ovs.bridge.lbport'] ?? DEFAULT_LBPORT,
    addedPorts: addedPortsOf(given),
    boundInterface: given['ovs.bridge.bind_interface'],
  };
  warnings.push(...isolatedUplinkWarning(spec));
  return { spec, warnings };
}

/**
 * Returns whether a network with these options (as in Docker's requests) may be the gateway of its containers. Options
 * that cannot be parsed count as true, because {@link parseNetworkRequest} reports what is wrong with them.
 */
export function mayHaveGateway(options: CreateNetworkRequest['Options']): boolean {
  try {
    const texts = optionTexts(options['com.docker.network.generic']);
    for (const key of texts.keys()) unknownOptionWarning(key);
    return modeOf(parseOptions(texts), []) !== 'flat';
  } catch {
    return true;
  }
}

/** Returns the default bridge name: `odsbr` and the first 10 hex digits of the network's id. */
function defaultBridgeName(networkId: string): string {
  return `odsbr${networkId.slice(0, 10)}`;
}

function optionTexts(generic: unknown): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (typeof generic !== 'object' || generic === null) return texts;
  for (const [key, value] of Object.entries(generic)) {
    if (typeof value !== 'string') {
      throw refusedOption(KNOWN_OPTIONS.includes(key) ? key : quoted(key), value, 'text');
    }
    texts.set(key, value);
  }
  return texts;
}

/** Refuses a misspelt option of this driver, and returns a warning for an option of another driver. */
function unknownOptionWarning(key: string): string[] {
  if (KNOWN_OPTIONS.includes(key)) return [];
  const meant =
    KNOWN_OPTIONS.find((known) => known.endsWith(`.bridge.${key.toLowerCase()}`)) ??
    misspelt(key, KNOWN_OPTIONS);
  if (meant !== undefined || key.toLowerCase().startsWith('ovs.')) {
    throw new DovesnapError(
      'BAD_OPTION',
      `option ${quoted(key)} is unknown: did you mean ${meant ?? closest(key, KNOWN_OPTIONS)}?`,
    );
  }
  if (key === 'com.docker.network.bridge.name') {
    return [`option ${key} is ignored: ovs.bridge.name names the bridge`];
  }
  return [`option ${quoted(key)} is ignored: this driver does not know it`];
}

function refuseWhatComesLater(request: CreateNetworkRequest): void {
  if (request.Options['com.docker.network.enable_ipv6'] === true || request.IPv6Data.length > 0) {
    throw new DovesnapError('NOT_SUPPORTED', 'option --ipv6 is not supported yet');
  }
}

/** Traffic that a port's ACL outputs never reaches the ACL on the output of a VLAN (faucet 1.10.12). */
function refuseIsolationUnderVlanAcl(given: GivenOptions): void {
  const acl = given['ovs.bridge.vlan_out_acl'];
  if (acl === undefined || given['com.docker.network.bridge.enable_icc'] !== false) return;
  throw new DovesnapError(
    'BAD_OPTION',
    `option ovs.bridge.vlan_out_acl cannot be ${quoted(formatAclChoice(acl))} together with com.docker.network.bridge.enable_icc=false: it would not hold for what containers send`,
  );
}

function modeOf(given: GivenOptions, warnings: string[]): NetworkMode {
  const mode = given['ovs.bridge.mode'];
  const masquerade = given['com.docker.network.bridge.enable_ip_masquerade'];
  if (masquerade === false) return mode === 'flat' ? 'flat' : 'routed';
  if (masquerade === true && mode !== 'nat') {
    warnings.push(
      `option com.docker.network.bridge.enable_ip_masquerade=true is ignored: ovs.bridge.mode is ${mode ?? 'flat'}, only nat masquerades`,
    );
  }
  return mode ?? 'flat';
}

function addedPortsOf(given: GivenOptions): readonly AddedPort[] {
  const coprocessors = given['ovs.bridge.add_copro_ports'] ?? [];
  const ports = [...(given['ovs.bridge.add_ports'] ?? []), ...coprocessors];
  const bound = given['ovs.bridge.bind_interface'];
  if (bound !== undefined && ports.some((port) => port.name === bound)) {
    throw refusedOption(
      'ovs.bridge.bind_interface',
      bound,
      'an interface that is in neither ovs.bridge.add_ports nor ovs.bridge.add_copro_ports',
    );
  }
  if (arePortsApart(ports)) return ports;
  throw refusedOption(
    'ovs.bridge.add_copro_ports',
    formatAddedPorts(coprocessors, 'coprocessor'),
    ADD_COPRO_PORTS_WORDS,
  );
}

/** Traffic that would return to the bridge it came from is dropped there, and the way out is through that bridge. */
function isolatedUplinkWarning({ boundInterface, isolated, mode }: RequestedSpec): string[] {
  if (boundInterface === undefined || !isolated || mode === 'flat') return [];
  return [
    `containers cannot get out through interface ${boundInterface}: enable_icc=false stops what comes from the bridge from going back into it`,
  ];
}

function natAclOf(given: GivenOptions, mode: NetworkMode, warnings: string[]): AclChoice {
  const choice = given['ovs.bridge.nat_acl'];
  if (choice === undefined || mode !== 'flat') return choice ?? NO_ACLS;
  warnings.push(
    `option ovs.bridge.nat_acl=${quoted(formatAclChoice(choice))} is ignored: a flat network has no gateway of its own, only nat and routed do`,
  );
  return NO_ACLS;
}

function mtuOf(given: GivenOptions): number | undefined {
  const ours = given['ovs.bridge.mtu'];
  const dockers = given['com.docker.network.driver.mtu'];
  if (ours !== undefined && dockers !== undefined && ours !== dockers) {
    throw refusedOption(
      'ovs.bridge.mtu',
      String(ours),
      `the same number as com.docker.network.driver.mtu, which is ${dockers}, or only one of the two`,
    );
  }
  return ours ?? dockers;
}

function cidrOf(what: string, text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    throw new DovesnapError(
      'BAD_REQUEST',
      `${what} cannot be ${quoted(text)}: accepted is an address with a prefix length`,
    );
  }
  return cidr;
}

/** Returns nothing for the pool of the null IPAM driver, which means every address and none. */
function subnetOf(data: IpamData, mode: NetworkMode, warnings: string[]): Subnet[] {
  const pool = cidrOf('the subnet', data.Pool);
  if (pool.prefix === 0) return [];
  const inPool = (what: string, text: string | undefined): Cidr | undefined => {
    if (text === undefined || text === '') return undefined;
    const address = cidrOf(what, text);
    if (contains(pool, address)) return address;
    throw new DovesnapError(
      'BAD_REQUEST',
      `${what} cannot be ${quoted(text)}: accepted is an address in ${pool.network}/${pool.prefix}`,
    );
  };
  const gateway = inPool('the gateway', data.Gateway);
  const router = inPool(
    'the auxiliary address DefaultGatewayIPv4',
    data.AuxAddresses?.DefaultGatewayIPv4,
  );
  if (router !== undefined && mode !== 'flat') {
    warnings.push(
      `the auxiliary address DefaultGatewayIPv4=${router.address} is ignored: on a ${mode} network the gateway is the bridge`,
    );
  }
  return [
    {
      family: pool.family,
      pool: `${pool.network}/${pool.prefix}`,
      gateway: gateway && `${gateway.address}/${pool.prefix}`,
      router: mode === 'flat' ? router?.address : undefined,
    },
  ];
}

function refuseGatewayless(mode: NetworkMode, subnets: readonly Subnet[]): void {
  if (mode === 'flat' || subnets.some((subnet) => subnet.gateway !== undefined)) return;
  throw new DovesnapError(
    'BAD_OPTION',
    `option ovs.bridge.mode cannot be "${mode}" on a network without a gateway (IPAM driver null): accepted is flat, or an IPAM driver that gives a gateway`,
  );
}
