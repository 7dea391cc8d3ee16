import type { WireSchema } from './fake-ovsdb-store.ts';

const many = { min: 0, max: 'unlimited' } as const;
const map = { type: { key: 'string', value: 'string', ...many } } as const;
const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const flag = { type: 'boolean' } as const;
const maybeText = { type: { key: 'string', min: 0, max: 1 } } as const;
const maybeInteger = { type: { key: 'integer', min: 0, max: 1 } } as const;

const rows = (refTable: string, refType?: 'weak') => {
  const key = { type: 'uuid', refTable, ...(refType === undefined ? {} : { refType }) };
  return { type: { key, ...many } };
};

/** A subset of the Open_vSwitch schema 8.3.1, sufficient for bridges, ports, controllers and mirrors. */
export const shortSchema: WireSchema = {
  name: 'Open_vSwitch',
  version: '8.3.1',
  tables: {
    Open_vSwitch: {
      isRoot: true,
      columns: {
        bridges: rows('Bridge'),
        next_cfg: integer,
        cur_cfg: integer,
        ovs_version: maybeText,
        datapath_types: { type: { key: 'string', ...many } },
        other_config: map,
        external_ids: map,
      },
    },
    Bridge: {
      indexes: [['name']],
      columns: {
        name: text,
        datapath_type: text,
        datapath_id: maybeText,
        fail_mode: maybeText,
        controller: rows('Controller'),
        ports: rows('Port'),
        mirrors: rows('Mirror'),
        flood_vlans: { type: { key: 'integer', min: 0, max: 4096 } },
        protocols: { type: { key: 'string', ...many } },
        stp_enable: flag,
        other_config: map,
        external_ids: map,
      },
    },
    Port: {
      indexes: [['name']],
      columns: {
        name: text,
        interfaces: rows('Interface'),
        tag: maybeInteger,
        trunks: { type: { key: 'integer', min: 0, max: 4096 } },
        vlan_mode: maybeText,
        protected: flag,
        bond_updelay: integer,
        other_config: map,
        external_ids: map,
      },
    },
    Interface: {
      indexes: [['name']],
      columns: {
        name: text,
        type: text,
        options: map,
        ofport: maybeInteger,
        ofport_request: maybeInteger,
        error: maybeText,
        ifindex: maybeInteger,
        mac_in_use: maybeText,
        mtu: maybeInteger,
        mtu_request: maybeInteger,
        admin_state: maybeText,
        link_state: maybeText,
        ingress_policing_rate: integer,
        other_config: map,
        external_ids: map,
      },
    },
    Controller: {
      columns: {
        target: text,
        max_backoff: maybeInteger,
        inactivity_probe: maybeInteger,
        controller_rate_limit: maybeInteger,
        connection_mode: maybeText,
        is_connected: flag,
      },
    },
    Mirror: {
      columns: {
        name: text,
        select_all: flag,
        select_src_port: rows('Port', 'weak'),
        select_dst_port: rows('Port', 'weak'),
        output_port: {
          type: { key: { type: 'uuid', refTable: 'Port', refType: 'weak' }, min: 0, max: 1 },
        },
        external_ids: map,
      },
    },
  },
};
