/**
 * Default content of faucet.yaml on a host: an operator's ACLs and an operator's datapath. The datapath is needed
 * because Faucet refuses a file without one (faucet 1.10.12).
 */
export const defaultFaucetConfig = `# The operator's own part.
acls:
  allow-all:
    - rule:
        actions: {allow: 1}
  deny-all:
    - rule:
        actions: {allow: 0}
dps:
  elsewhere:
    dp_id: 0xe15e
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 4000}
`;

/** Default content of gauge.yaml: port counters and port states of every datapath, once per second. */
export const defaultGaugeConfig = `faucet_configs: [/etc/faucet/faucet.yaml]
watchers:
  port_stats: {type: port_stats, all_dps: true, interval: 1, db: prometheus}
  port_state: {type: port_state, all_dps: true, interval: 1, db: prometheus}
dbs:
  prometheus: {type: prometheus, prometheus_addr: 127.0.0.1, prometheus_port: 9303}
`;
