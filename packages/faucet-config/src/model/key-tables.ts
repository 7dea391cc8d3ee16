/** Type of a value as Faucet checks it. Several are joined with `|`. */
export type Kind = 'int' | 'str' | 'bool' | 'float' | 'dict' | 'list';

/** The keys that an object in Faucet's configuration may have, each with the kinds of its value. */
export type KeyTable = Readonly<Record<string, readonly Kind[]>>;

function table(kinds: Readonly<Record<string, string>>): KeyTable {
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, keys]) =>
      keys
        .trim()
        .split(/\s+/)
        .map((key) => [key, kind.split('|') as Kind[]] as const),
    ),
  );
}

/** `dps.<name>`: `DP.defaults_types` of faucet 1.10.12. */
export const dpTable: KeyTable = table({
  int: `dp_id priority_offset lowest_priority low_priority high_priority highest_priority cookie timeout
    arp_neighbor_timeout nd_neighbor_timeout ignore_learn_ins max_hosts_per_resolve_cycle max_host_fib_retry_count
    max_resolve_backoff_time packetin_pps slowpath_pps learn_jitter learn_ban_timeout advertise_interval
    fast_advertise_interval metrics_rate_limit_sec min_wildcard_table_size max_wildcard_table_size global_vlan
    cache_update_guard_time lacp_timeout`,
  str: 'name description hardware ofchannel_log faucet_dp_mac',
  bool: `drop_broadcast_source_address drop_spoofed_faucet_mac group_table proactive_learn_v4 proactive_learn_v6
    use_idle_timeout combinatorial_port_flood use_classification egress_pipeline strict_packet_in_cookie multi_out
    idle_dst`,
  dict: 'interfaces interface_ranges stack lldp_beacon dot1x table_sizes',
  list: 'dp_acls',
  float: 'port_table_scale_factor',
});

/** `dps.<name>.stack`: `Stack.defaults_types`. */
export const dpStackTable: KeyTable = table({
  int: 'priority down_time_multiple',
  bool: 'route_learning',
  float: 'min_stack_health min_lacp_health',
});

/** `dps.<name>.lldp_beacon`. */
export const dpLldpTable: KeyTable = table({
  int: 'send_interval max_per_interval',
  str: 'system_name',
});

/** `dps.<name>.dot1x`. */
export const dot1xTable: KeyTable = table({
  str: 'nfv_intf radius_ip radius_secret auth_acl noauth_acl',
  int: 'nfv_sw_port radius_port',
});

/** `dps.<name>.table_sizes`. */
export const tableSizesTable: KeyTable = table({
  int: `port_acl vlan vlan_acl classification eth_src ipv4_fib ipv6_fib vip eth_dst_hairpin eth_dst flood`,
});

/** `dps.<name>.interfaces.<key>`: `Port.defaults_types`. */
export const interfaceTable: KeyTable = table({
  int: 'number max_hosts lacp lacp_resp_interval lacp_port_priority lacp_port_id max_lldp_lost',
  str: 'name description lldp_peer_mac',
  bool: `enabled permanent_learn unicast_flood hairpin hairpin_unicast lacp_active lacp_collect_and_distribute
    lacp_unselected lacp_selected lacp_standby loop_protect loop_protect_external output_only opstatus_reconf
    receive_lldp dot1x dot1x_acl dot1x_mab dot1x_dyn_acl restricted_bcast_arpnd count_untag_vlan_miss`,
  'list|str|int': 'mirror',
  'str|int': 'native_vlan acl_in',
  list: 'tagged_vlans acls_in lacp_passthrough',
  dict: 'stack lldp_beacon coprocessor',
});

/** Defaults of the interface options whose default is not false, 0 or empty. */
export const interfaceDefaults: Readonly<Record<string, bigint | boolean>> = {
  enabled: true,
  unicast_flood: true,
  opstatus_reconf: true,
  max_hosts: 255n,
  lacp_resp_interval: 1n,
  lacp_port_priority: 255n,
  lacp_port_id: -1n,
  max_lldp_lost: 3n,
};

/** `interfaces.<key>.stack`. */
export const portStackTable: KeyTable = table({ str: 'dp', 'str|int': 'port' });

/** `interfaces.<key>.coprocessor`. */
export const coprocessorTable: KeyTable = table({ str: 'strategy', int: 'vlan_vid_base' });

/** `interfaces.<key>.lldp_beacon`. */
export const portLldpTable: KeyTable = table({
  bool: 'enable',
  list: 'org_tlvs',
  str: 'system_name port_descr',
});

/** `interfaces.<key>.lldp_beacon.org_tlvs.<n>`. */
export const orgTlvTable: KeyTable = table({ int: 'oui subtype', str: 'info' });

/** `vlans.<key>`: `VLAN.defaults_types`. */
export const vlanTable: KeyTable = table({
  int: 'max_hosts vid proactive_arp_limit proactive_nd_limit',
  str: 'name description faucet_mac',
  'int|str': 'acl_in acl_out',
  list: 'acls_in acls_out faucet_vips routes',
  bool: `unicast_flood targeted_gw_resolution minimum_ip_size_check reserved_internal_vlan dot1x_assigned
    edge_learn_stack_root`,
});

/** `acls.<name>` in its long form: `ACL.defaults_types`. */
export const aclTable: KeyTable = table({ list: 'rules', bool: 'exact_match dot1x_assigned' });

/** Match fields and their number of bits in OpenFlow. `mac`, `ipv4` and `ipv6` are addresses. */
export const matchFields: Readonly<Record<string, number | 'mac' | 'ipv4' | 'ipv6'>> = {
  in_port: 32,
  in_phy_port: 32,
  metadata: 64,
  eth_dst: 'mac',
  eth_src: 'mac',
  eth_type: 16,
  vlan_vid: 16,
  vlan_pcp: 8,
  ip_dscp: 8,
  ip_ecn: 8,
  ip_proto: 8,
  ipv4_src: 'ipv4',
  ipv4_dst: 'ipv4',
  tcp_src: 16,
  tcp_dst: 16,
  udp_src: 16,
  udp_dst: 16,
  sctp_src: 16,
  sctp_dst: 16,
  icmpv4_type: 8,
  icmpv4_code: 8,
  arp_op: 16,
  arp_spa: 'ipv4',
  arp_tpa: 'ipv4',
  arp_sha: 'mac',
  arp_tha: 'mac',
  ipv6_src: 'ipv6',
  ipv6_dst: 'ipv6',
  ipv6_flabel: 32,
  icmpv6_type: 8,
  icmpv6_code: 8,
  ipv6_nd_target: 'ipv6',
  ipv6_nd_sll: 'mac',
  ipv6_nd_tll: 'mac',
  mpls_label: 32,
  mpls_tc: 8,
  mpls_bos: 8,
  pbb_isid: 24,
  tunnel_id: 64,
  ipv6_exthdr: 16,
  eth_type_nxm: 16,
  ip_proto_nxm: 8,
  nw_ttl: 8,
  ct_state: 32,
  ct_zone: 16,
  ct_mark: 32,
  ct_label: 128,
};

/** Old names of match fields: `OLD_MATCH_FIELDS`. */
export const oldMatchFields: Readonly<Record<string, string>> = {
  dl_dst: 'eth_dst',
  dl_src: 'eth_src',
  dl_type: 'eth_type',
  dl_vlan: 'vlan_vid',
  nw_proto: 'ip_proto',
  nw_src: 'ipv4_src',
  nw_dst: 'ipv4_dst',
};

/** One rule of an ACL: `ACL.rule_types` and the match fields. */
export const ruleTable: KeyTable = {
  ...table({ int: 'cookie', dict: 'actions', str: 'description' }),
  ...table({ 'str|int': [...Object.keys(matchFields), ...Object.keys(oldMatchFields)].join(' ') }),
};

/** `actions` of a rule. */
export const actionsTable: KeyTable = table({
  str: 'meter',
  'str|int': 'mirror',
  'dict|list': 'output',
  int: 'allow force_port_vlan',
  dict: 'ct',
});

/** `actions.output`. */
export const outputTable: KeyTable = table({
  dict: 'tunnel failover',
  'str|int': 'port',
  list: 'ports set_fields vlan_vids',
  int: 'pop_vlans swap_vid vlan_vid',
});

/** `actions.ct`. */
export const ctTable: KeyTable = table({
  int: 'flags alg table zone zone_src mark label',
  bool: 'clear',
  dict: 'nat',
});

/** `actions.ct.nat`. */
export const natTable: KeyTable = table({
  int: 'flags range_proto_min range_proto_max',
  str: 'range_ipv4_min range_ipv4_max range_ipv6_min range_ipv6_max',
});

/** `meters.<name>`: `Meter.defaults_types`. */
export const meterTable: KeyTable = table({ dict: 'entry', int: 'meter_id' });

/** `routers.<name>`: `Router.defaults_types`. */
export const routerTable: KeyTable = table({ dict: 'bgp', list: 'vlans' });

/** `routers.<name>.bgp`. */
export const bgpTable: KeyTable = table({
  int: 'as neighbor_as port',
  str: 'connect_mode routerid',
  list: 'neighbor_addresses server_addresses',
  'str|int': 'vlan',
});

/** Switches that Faucet supports: `SUPPORTED_HARDWARE`. */
export const hardwareNames: readonly string[] = [
  'Generic',
  'GenericTFM',
  'Allied-Telesis',
  'Aruba',
  'CiscoC9K',
  'Lagopus',
  'Netronome',
  'NoviFlow',
  'Open vSwitch',
  'Open vSwitch TFM',
  'ZodiacFX',
  'ZodiacGX',
];
