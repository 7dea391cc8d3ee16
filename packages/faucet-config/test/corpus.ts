/** Configurations that use more of Faucet's keys than the fixtures do, to start mutations from. */
export const corpus: readonly string[] = [
  `vlans:
  office: {vid: 100, acls_in: [web]}
  200: {faucet_vips: ["10.0.200.254/24"], faucet_mac: "0e:00:00:00:20:01"}
meters:
  slow: {meter_id: 1, entry: {flags: KBPS, bands: [{type: DROP, rate: 1000}]}}
acls:
  web:
    - rule: {eth_type: 0x800, ip_proto: 6, tcp_dst: 80, actions: {allow: 1, meter: slow}}
    - rule: {actions: {allow: 0}}
  port:
    rules:
      - eth_type: 0x806
        arp_tpa: "10.0.0.1"
        actions: {output: {port: 2, vlan_vid: 300}}
      - rule:
          actions:
            mirror: 3
            allow: 1
    exact_match: false
routers:
  r: {vlans: [office, 200]}
dps:
  net1:
    dp_id: 0xa1
    hardware: "Open vSwitch"
    timeout: 120
    lldp_beacon: {send_interval: 5}
    interfaces:
      1: {native_vlan: office, acls_in: [port]}
      2:
        native_vlan: 200
        tagged_vlans: [300]
        max_hosts: 10
      3: {output_only: true}
      web: {number: 4, native_vlan: 100}
    interface_ranges:
      "10-12": {native_vlan: 100, opstatus_reconf: false}
`,
  `acls:
  t:
    - rule:
        vlan_vid: 356
        actions: {allow: 0}
    - rule:
        actions:
          allow: 0
          output:
            - tunnel: {type: vlan, tunnel_id: 356, dp: b, port: 9}
  f: [{rule: {actions: {output: [{pop_vlans: 1}, {set_fields: [{eth_dst: "0e:00:00:00:00:99"}]}, {ports: [1, 2]}]}}}]
dps:
  a:
    dp_id: 1
    stack: {priority: 1}
    interfaces:
      1: {native_vlan: 100, acls_in: [f]}
      2: {native_vlan: 100}
      10: {stack: {dp: b, port: 10}}
      99: {coprocessor: {strategy: vlan_vid}, acls_in: [t], mirror: [1]}
  b:
    dp_id: 2
    interfaces:
      1: {native_vlan: 100}
      9: {output_only: true}
      10: {stack: {dp: a, port: 10}}
`,
];
