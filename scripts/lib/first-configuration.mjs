/**
 * What a policy file starts with. The datapath is the one that @dovesnap/faucet-config keeps while there is no other, as
 * Faucet refuses a file without any: it goes when the first network comes.
 */
export const firstFaucetYaml = `# Faucet's configuration: what each switch port may do. dovesnapd keeps the datapaths of its networks
# below "dps" and leaves everything else in this file as it is. Write your ACLs below "acls".
acls:
  deny-all:
  - rule:
      actions: {allow: 0}
dps:
  dovesnap-placeholder:
    dp_id: 0xd07e5a9ffff0ffff
    description: keeps this file valid while there is no network
    interfaces:
      1:
        output_only: true
`;

/** @param {string} faucetYaml path of the file that Gauge learns the datapaths from */
export const firstGaugeYaml = (
  faucetYaml,
) => `# Gauge's configuration: what is counted, and where Prometheus finds it.
faucet_configs:
- ${faucetYaml}
watchers:
  port_stats:
    type: port_stats
    all_dps: true
    interval: 5
    db: prometheus
  port_state:
    type: port_state
    all_dps: true
    interval: 5
    db: prometheus
dbs:
  prometheus:
    type: prometheus
    prometheus_addr: 127.0.0.1
    prometheus_port: 9303
`;

/** os-ken's own settings: notice a switch that went away without a word. */
export const firstOsKenConf =
  '[DEFAULT]\necho_request_interval=3\nmaximum_unreplied_echo_requests=5\n';
