/** One flag of the daemon. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  /** What stands for the value in the help; undefined: a switch. */
  readonly value?: string | undefined;
  /** Half a sentence. */
  readonly help: string;
  /** For the help only. */
  readonly standard?: string | undefined;
  /** Known by name, refused when given. */
  readonly later?: boolean | undefined;
}

/** Every flag that exists, in the order of the help. */
export const FLAGS: readonly Flag[] = [
  { name: 'debug', help: 'log what is done' },
  { name: 'trace', help: "log more: Docker's requests and the answers, too" },
  {
    name: 'faucet_config',
    value: 'PATH',
    help: 'the faucet.yaml that is written',
    standard: '/etc/faucet/faucet.yaml',
  },
  {
    name: 'gauge_config',
    value: 'PATH',
    help: 'the gauge.yaml that is written',
    standard: 'gauge.yaml beside faucet.yaml',
  },
  {
    name: 'faucet_metrics',
    value: 'HOST:PORT',
    help: 'where Faucet reports what it has loaded',
    standard: '127.0.0.1:9302',
  },
  {
    name: 'faucet_pidfile',
    value: 'PATH',
    help: "Faucet's process, for the reload signal",
    standard: 'who listens on the metrics port',
  },
  {
    name: 'default_ofcontrollers',
    value: 'LIST',
    help: 'OpenFlow controllers of networks that name none',
    standard: 'tcp:127.0.0.1:6653,tcp:127.0.0.1:6654',
  },
  {
    name: 'attach_timeout',
    value: 'SECONDS',
    help: 'how long an attach waits for Faucet before it is pending',
    standard: '5',
  },
  { name: 'trust_image_labels', help: 'take policy labels from images too' },
  { name: 'status_port', value: 'PORT', help: 'port of the status server', standard: '9401' },
  {
    name: 'status_host',
    value: 'ADDRESS',
    help: 'address of the status server',
    standard: '127.0.0.1, or all when --status_auth_ips allows others',
  },
  {
    name: 'status_auth_ips',
    value: 'CIDR,...',
    help: 'who may read the status',
    standard: '127.0.0.0/8,::1/128',
  },
  {
    name: 'plugin_socket',
    value: 'PATH',
    help: 'where Docker finds the driver',
    standard: '/run/docker/plugins/dovesnap.sock',
  },
  {
    name: 'docker_socket',
    value: 'PATH',
    help: "Docker's API",
    standard: '/var/run/docker.sock',
  },
  {
    name: 'ovsdb',
    value: 'unix:PATH|tcp:HOST:PORT',
    help: "Open vSwitch's database",
    standard: 'unix:/var/run/openvswitch/db.sock',
  },
  { name: 'faucetconfrpc_addr', value: 'HOST', help: 'a faucetconfrpc server', later: true },
  { name: 'faucetconfrpc_port', value: 'PORT', help: 'its port', later: true },
  { name: 'faucetconfrpc_keydir', value: 'PATH', help: 'keys for it', later: true },
  { name: 'faucetconfrpc_client', value: 'NAME', help: 'our name for it', later: true },
  { name: 'faucetconfrpc_connretries', value: 'NUMBER', help: 'tries to reach it', later: true },
  { name: 'stack_priority1', value: 'DP', help: 'root of the stack', later: true },
  {
    name: 'stacking_interfaces',
    value: 'DP:PORT:IFACE,...',
    help: 'interfaces to other switches of the stack',
    later: true,
  },
  {
    name: 'stack_mirror_interface',
    value: 'DP:PORT',
    help: 'where a mirror over the stack ends',
    later: true,
  },
  {
    name: 'mirror_bridge_in',
    value: 'IFACE',
    help: 'an interface that brings mirrored traffic',
    later: true,
  },
  {
    name: 'mirror_bridge_out',
    value: 'IFACE',
    help: 'where mirrored traffic leaves, with the VLAN of its network',
    standard: 'none: nothing is mirrored',
  },
];

/** The variable of the environment that says the same as a flag. */
export function environmentName(flag: string): string {
  return `DOVESNAP_${flag.toUpperCase()}`;
}

function helpLine(flag: Flag): string {
  const form = flag.value === undefined ? `--${flag.name}` : `--${flag.name} ${flag.value}`;
  const extra = flag.later ? 'not supported yet' : flag.standard && `default: ${flag.standard}`;
  return `  ${form}\n      ${flag.help}${extra ? ` (${extra})` : ''}`;
}

/** What `--help` prints. */
export function helpText(): string {
  return [
    'dovesnapd: a Docker network driver on Open vSwitch, policed by Faucet',
    '',
    'Usage: dovesnapd [--FLAG VALUE | --FLAG=VALUE]...',
    '',
    'One dash does as well as two. An empty value means not given. Every flag can also be given in the environment,',
    `as ${environmentName('flag')} with the flag's name in capitals; the command line wins.`,
    '',
    ...FLAGS.map(helpLine),
    '  --help',
    '      print this and exit',
    '  --version',
    '      print the version and exit',
    '',
  ].join('\n');
}
