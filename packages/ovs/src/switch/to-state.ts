import { parseDatapathId } from '../datapath-id.ts';
import type { Row } from '../ovsdb/ovsdb-types.ts';
import type { StringMap } from '../types.ts';
import type {
  BridgeState,
  ConnectionMode,
  ControllerState,
  FailMode,
  InterfaceState,
  MirrorState,
  PortState,
  SwitchState,
  VlanMode,
} from './switch-types.ts';

/** Access to the values of related rows. */
export interface Parts {
  /** Returns the values of these rows, created by `make` or reused. */
  all<T>(uuids: unknown, make: (uuid: string, row: Row) => T): T[];
  nameOf(uuid: string): string;
  /** Returns the additional columns of a row that were requested. */
  columnsOf(table: string, row: Row): Row;
}

/** Builds the switch state from its Open_vSwitch row. */
export function toSwitch(parts: Parts, uuid: string, row: Row): SwitchState {
  return {
    uuid,
    nextCfg: Number(row.next_cfg),
    curCfg: Number(row.cur_cfg),
    ovsVersion: row.ovs_version as string | undefined,
    datapathTypes: asList(row.datapath_types),
    userspaceTsoRequested: asMap(row.other_config)['userspace-tso-enable'] === 'true',
    otherConfig: asMap(row.other_config),
    externalIds: asMap(row.external_ids),
    bridges: parts.all(row.bridges, (child, its) => toBridge(parts, child, its)),
  };
}

function toBridge(parts: Parts, uuid: string, row: Row): BridgeState {
  return {
    uuid,
    name: String(row.name),
    datapathType: String(row.datapath_type ?? ''),
    datapathId: toDatapathId(row.datapath_id),
    failMode: row.fail_mode as FailMode | undefined,
    controllers: parts.all(row.controller, toController),
    ports: parts.all(row.ports, (child, its) => toPort(parts, child, its)),
    mirrors: parts.all(row.mirrors, (child, its) => toMirror(parts, child, its)),
    floodVlans: asNumbers(row.flood_vlans),
    protocols: [...asList(row.protocols)].sort(),
    otherConfig: asMap(row.other_config),
    externalIds: asMap(row.external_ids),
    columns: parts.columnsOf('Bridge', row),
  };
}

function toPort(parts: Parts, uuid: string, row: Row): PortState {
  return {
    uuid,
    name: String(row.name),
    interfaces: parts.all(row.interfaces, (child, its) => toInterface(parts, child, its)),
    tag: row.tag as number | undefined,
    vlanMode: row.vlan_mode as VlanMode | undefined,
    isProtected: row.protected === true,
    trunks: asNumbers(row.trunks),
    otherConfig: asMap(row.other_config),
    externalIds: asMap(row.external_ids),
    columns: parts.columnsOf('Port', row),
  };
}

function toMirror(parts: Parts, uuid: string, row: Row): MirrorState {
  return {
    uuid,
    name: String(row.name),
    selectAll: row.select_all === true,
    selectSrcPorts: asList(row.select_src_port).map(parts.nameOf),
    selectDstPorts: asList(row.select_dst_port).map(parts.nameOf),
    outputPort: asList(row.output_port).map(parts.nameOf)[0],
    externalIds: asMap(row.external_ids),
  };
}

function toInterface(parts: Parts, uuid: string, row: Row): InterfaceState {
  const ofPort = row.ofport as number | undefined;
  return {
    uuid,
    name: String(row.name),
    type: String(row.type ?? ''),
    // -1 means that the device could not be opened (ovs-vswitchd.conf.db(5), Interface, ofport).
    ofPort: ofPort === undefined || ofPort < 0 ? undefined : ofPort,
    ofPortRequest: row.ofport_request as number | undefined,
    error: row.error as string | undefined,
    ifindex: row.ifindex as number | undefined,
    mac: row.mac_in_use as string | undefined,
    mtu: row.mtu as number | undefined,
    mtuRequest: row.mtu_request as number | undefined,
    adminState: row.admin_state as 'up' | 'down' | undefined,
    linkState: row.link_state as 'up' | 'down' | undefined,
    cutsSegments: toBoolean(asMap(row.status).tx_tcp_seg_offload),
    options: asMap(row.options),
    otherConfig: asMap(row.other_config),
    externalIds: asMap(row.external_ids),
    columns: parts.columnsOf('Interface', row),
  };
}

function toBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}

function toController(uuid: string, row: Row): ControllerState {
  return {
    uuid,
    target: String(row.target),
    connected: row.is_connected === true,
    maxBackoff: row.max_backoff as number | undefined,
    inactivityProbe: row.inactivity_probe as number | undefined,
    rateLimit: row.controller_rate_limit as number | undefined,
    connectionMode: row.connection_mode as ConnectionMode | undefined,
  };
}

function toDatapathId(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^0*[1-9a-f]/.test(value)
    ? parseDatapathId(`0x${value}`)
    : undefined;
}

/** Returns the members of a set. An optional value is a set of zero or one members. */
export function asList(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

function asNumbers(value: unknown): readonly number[] {
  return [value ?? []]
    .flat()
    .map(Number)
    .sort((a, b) => a - b);
}

function asMap(value: unknown): StringMap {
  return (value ?? {}) as StringMap;
}
