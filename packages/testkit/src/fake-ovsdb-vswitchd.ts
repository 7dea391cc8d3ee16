import { isDeepStrictEqual } from 'node:util';
import type { Tables, WireRow } from './fake-ovsdb-store.ts';
import { members } from './fake-ovsdb-values.ts';

/** A device of the host, as ovs-vswitchd finds it. */
export interface FakeDevice {
  readonly ifindex: number;
  readonly mac: string;
  readonly up: boolean;
  readonly running: boolean;
}

/** Gives the devices of the host by name. Told which internal interfaces there are: their devices come and go with them. */
export type FakeDevices = (internal: ReadonlySet<string>) => ReadonlyMap<string, FakeDevice>;

/** What ovs-vswitchd works on. */
interface Work {
  readonly tables: Tables;
  readonly devices: ReadonlyMap<string, FakeDevice> | undefined;
}

/**
 * Makes the changes of ovs-vswitchd once it has applied the configuration: sets MTUs and datapath ids, copies `next_cfg`
 * to `cur_cfg`, and assigns free port numbers, requested ones first. With `devices`, it tells of them, and a port whose
 * device is missing has no number.
 */
export function runVswitchd(
  tables: Tables,
  commit: (operations: readonly unknown[]) => void,
  devices?: FakeDevices,
): void {
  const bridges = [...(tables.get('Bridge') ?? [])];
  const rows = bridges.flatMap(([, bridge]) => interfacesOf(tables, bridge));
  const internal = rows.filter(({ row }) => row.type === 'internal').map(({ row }) => row.name);
  const work = { tables, devices: devices?.(new Set(internal.map(String))) };
  const operations = [
    ...bridges.flatMap(([uuid, bridge]) => [
      ...datapathChanges(uuid, bridge),
      ...portChanges(work, bridge),
    ]),
    ...configured(tables),
  ];
  if (operations.length > 0) commit(operations);
}

function portChanges({ tables, devices }: Work, bridge: WireRow): object[] {
  const interfaces = interfacesOf(tables, bridge);
  const used = new Set<unknown>(interfaces.map(({ row }) => row.ofport));
  const numberOf = (row: WireRow): unknown => {
    if (isMissing(row, devices)) return -1;
    if (typeof row.ofport === 'number' && row.ofport > 0) return row.ofport;
    let ofport = row.name === bridge.name ? 65534 : row.ofport_request;
    for (let next = 1; typeof ofport !== 'number' || used.has(ofport); next++) ofport = next;
    used.add(ofport);
    return ofport;
  };
  return interfaces.flatMap(({ uuid, row }) => {
    const { mtu_request: wanted } = row;
    const state = {
      ...(isDevice(row) && typeof wanted === 'number' ? { mtu: wanted } : {}),
      ofport: numberOf(row),
      ...(isDevice(row) && devices !== undefined ? seen(row, devices) : {}),
    };
    const isSo = Object.entries(state).every(
      ([key, value]) =>
        row[key] === value || (Array.isArray(value) && isDeepStrictEqual(row[key], value)),
    );
    return isSo ? [] : [update('Interface', uuid, state)];
  });
}

/** What ovs-vswitchd writes of a device. */
function seen(row: WireRow, devices: ReadonlyMap<string, FakeDevice>): WireRow {
  const device = devices.get(String(row.name));
  const none = ['set', []];
  const state = (on: boolean | undefined): unknown =>
    on === undefined ? none : on ? 'up' : 'down';
  return {
    ifindex: device?.ifindex ?? none,
    mac_in_use: device?.mac ?? none,
    admin_state: state(device?.up),
    link_state: state(device?.running),
    error:
      device === undefined ? `could not open network device ${row.name} (No such device)` : none,
  };
}

function isMissing(row: WireRow, devices: Work['devices']): boolean {
  return devices !== undefined && isDevice(row) && !devices.has(String(row.name));
}

function datapathChanges(uuid: string, bridge: WireRow): object[] {
  const settings = members(bridge.other_config) as (readonly [string, string])[];
  const [, id = ''] = settings.find(([key]) => key === 'datapath-id') ?? [];
  if (!/^[0-9a-f]{16}$/.test(id) || bridge.datapath_id === id) return [];
  return [update('Bridge', uuid, { datapath_id: id })];
}

function configured(tables: Tables): object[] {
  const [root] = [...(tables.get('Open_vSwitch')?.values() ?? [])];
  if (root === undefined || root.next_cfg === root.cur_cfg) return [];
  return [{ op: 'update', table: 'Open_vSwitch', where: [], row: { cur_cfg: root.next_cfg } }];
}

function update(table: string, uuid: string, row: WireRow): object {
  return { op: 'update', table, where: [['_uuid', '==', ['uuid', uuid]]], row };
}

/** Returns whether the interface is a device. Patch ports and tunnels have no MTU, whatever is requested. */
function isDevice({ type }: WireRow): boolean {
  return ['', 'system', 'internal'].includes(String(type));
}

function interfacesOf(tables: Tables, bridge: WireRow): { uuid: string; row: WireRow }[] {
  return uuidsOf(bridge.ports).flatMap((port) =>
    uuidsOf(tables.get('Port')?.get(port)?.interfaces).flatMap((uuid) => {
      const row = tables.get('Interface')?.get(uuid);
      return row === undefined ? [] : [{ uuid, row }];
    }),
  );
}

function uuidsOf(value: unknown): string[] {
  return value === undefined
    ? []
    : members(value).map((member) => String((member as unknown[])[1]));
}
