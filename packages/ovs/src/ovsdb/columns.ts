import type { MonitorRequest } from './ovsdb-types.ts';

/**
 * The columns that this package uses. Statistics are excluded, because ovs-vswitchd rewrites them every five seconds.
 */
export const usedColumns: MonitorRequest = {
  Open_vSwitch: [
    'bridges',
    'next_cfg',
    'cur_cfg',
    'ovs_version',
    'datapath_types',
    'other_config',
    'external_ids',
  ],
  Bridge: [
    'name',
    'datapath_type',
    'datapath_id',
    'fail_mode',
    'controller',
    'ports',
    'mirrors',
    'flood_vlans',
    'protocols',
    'other_config',
    'external_ids',
  ],
  Port: [
    'name',
    'interfaces',
    'tag',
    'trunks',
    'vlan_mode',
    'protected',
    'other_config',
    'external_ids',
  ],
  Interface: [
    'name',
    'type',
    'options',
    'ofport',
    'ofport_request',
    'error',
    'ifindex',
    'mac_in_use',
    'mtu',
    'mtu_request',
    'admin_state',
    'link_state',
    'status',
    'other_config',
    'external_ids',
  ],
  Controller: [
    'target',
    'max_backoff',
    'inactivity_probe',
    'controller_rate_limit',
    'connection_mode',
    'is_connected',
  ],
  Mirror: [
    'name',
    'select_all',
    'select_src_port',
    'select_dst_port',
    'output_port',
    'external_ids',
  ],
};

/** Merges two requests. Each column appears once; tables without columns are omitted. */
export function joinColumns(one: MonitorRequest, other: MonitorRequest = {}): MonitorRequest {
  const tables = new Set([...Object.keys(one), ...Object.keys(other)]);
  const joined = [...tables].map(
    (table) => [table, [...new Set([...(one[table] ?? []), ...(other[table] ?? [])])]] as const,
  );
  return Object.fromEntries(joined.filter(([, columns]) => columns.length > 0));
}
