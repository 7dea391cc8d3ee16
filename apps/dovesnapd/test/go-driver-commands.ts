/**
 * The commands that the Go driver's users type, letter by letter: those of its README and of its own end-to-end tests
 * (IQTLabs/dovesnap at e72599a, README.md and tests/*.sh). What it left to the reader (`<aclname>`) is filled in.
 */

const controllers = '-o ovs.bridge.controller=tcp:127.0.0.1:6653,tcp:127.0.0.1:6654';
const first = `-o ovs.bridge.dpid=0x1 ${controllers}`;

/** Commands that make networks, by what they show. */
export const networkCommands = {
  quickStart: `docker network create mynet -d dovesnap --internal -o ovs.bridge.mode=nat ${first}`,
  standalone: `docker network create testnet -d dovesnap --internal -o ovs.bridge.mode=nat ${first} -o ovs.bridge.ovs_local_mac=0e:01:00:00:00:23 -o ovs.bridge.vlan_out_acl=allowall -o ovs.bridge.add_ports=odsaddport1/888/denyall -o ovs.bridge.default_acl=denyall -o ovs.bridge.preallocate_ports=10`,
  second: `docker network create test2net -d dovesnap --internal -o ovs.bridge.mode=nat -o ovs.bridge.dpid=0x2 ${controllers} -o ovs.bridge.ovs_local_mac=0e:02:00:00:00:23 -o ovs.bridge.vlan_out_acl=allowall -o ovs.bridge.default_acl=denyall -o ovs.bridge.preallocate_ports=10`,
  routed: `docker network create testnet -d dovesnap --internal -o ovs.bridge.mode=routed ${first} -o ovs.bridge.ovs_local_mac=0e:01:00:00:00:23 -o ovs.bridge.vlan_out_acl=allowall -o ovs.bridge.add_ports=odsaddport1/888/denyall -o ovs.bridge.default_acl=denyall -o ovs.bridge.preallocate_ports=10`,
  coprocessor: `docker network create testnet -d dovesnap --internal -o ovs.bridge.mode=nat ${first} -o ovs.bridge.ovs_local_mac=0e:01:00:00:00:23 -o ovs.bridge.add_ports=odsaddport1/888 -o ovs.bridge.add_copro_ports=odsaddcoprop1/777 -o ovs.bridge.preallocate_ports=10`,
  mirror: `docker network create testnet -d dovesnap --internal -o ovs.bridge.mode=nat ${first} -o ovs.bridge.preallocate_ports=10`,
  vlans: `docker network create testnet -d dovesnap \\
  --internal \\
  -o ovs.bridge.mode=nat \\
  -o ovs.bridge.dpid=0x1 \\
  -o ovs.bridge.vlan=100 \\
  ${controllers} \\
  -o ovs.bridge.add_ports=odstest1/1//20,odstest2/2//30,odstest3/3//40 \\
  -o ovs.bridge.preallocate_ports=10`,
  dhcp: `docker network create testnet -d dovesnap --internal --ipam-driver null -o ovs.bridge.add_ports=odsaddport1/101 -o ovs.bridge.dhcp=true -o ovs.bridge.mode=flat ${first} -o ovs.bridge.preallocate_ports=10`,
} as const;

/** Commands that start containers. Published ports (`-p 80:80`), which come later, are left out. */
export const runCommands = {
  quickStart: 'docker run -d --net=mynet --rm --name=testcon busybox sleep 1h',
  standalone:
    'docker run -d --label="dovesnap.faucet.portacl=testnet:ratelimitit" --label="dovesnap.faucet.mac_prefix=0e:99" --net=testnet --rm --name=testcon busybox sleep 1h',
  mirror:
    'docker run -d --label="dovesnap.faucet.portacl=ratelimitit" --label="dovesnap.faucet.mirror=testnet:true" --mac-address=0e:99:00:00:00:07 --net=testnet --rm --name=testcon busybox sleep 1h',
  mirrorEverywhere:
    'docker run -d --label="dovesnap.faucet.portacl=ratelimitit" --label="dovesnap.faucet.mirror=true" --net=testnet --rm --name=testcon busybox sleep 1h',
} as const;

/** Options that the README tells of one by one. */
export const networkOptions: readonly string[] = [
  ...['-o ovs.bridge.mode=flat', '-o ovs.bridge.mode=nat', '-o ovs.bridge.mode=routed'],
  '-o ovs.bridge.nat_acl=allowall',
  '-o ovs.bridge.default_acl=denyall',
  '-o ovs.bridge.preallocate_ports=10',
  '-o ovs.bridge.userspace=true',
  '-o ovs.bridge.ovs_local_mac=0e:01:00:00:00:03',
  '-o ovs.bridge.add_ports=eno123/8',
  '-o ovs.bridge.add_ports=eno123/8//20',
  ...['eth0', 'eth0/8', 'eth0/8/myacl', 'eth0/8//20', 'eth0/8/myacl/20', 'eth0///20'].map(
    (port) => `-o ovs.bridge.add_ports=${port}`,
  ),
  '-o ovs.bridge.add_ports=eth0/8//20,eth1/9//30,eth2/10/myacl/40',
  '-o ovs.bridge.add_copro_ports=eno123/8',
  '-o ovs.bridge.vlan=100',
  '-o ovs.bridge.vlan_out_acl=allowall',
];

/** Options that the README tells of and that come later. */
export const laterOptions: readonly string[] = [
  '-o ovs.bridge.mirror_tunnel_vid=200',
  '--ipam-driver null -o ovs.bridge.dhcp=true',
];

/** Every option that the Go driver knows (ovs/ovs_config.go). */
export const goOptions: readonly string[] = [
  ...['add_copro_ports', 'add_ports', 'bind_interface', 'controller', 'default_acl', 'dhcp'],
  ...['dpid', 'lbport', 'mirror_tunnel_vid', 'mode', 'mtu', 'name', 'nat_acl', 'ovs_local_mac'],
  ...['preallocate_ports', 'userspace', 'vlan', 'vlan_out_acl'],
].map((name) => `ovs.bridge.${name}`);

/** Every way to write a boolean that Go's strconv.ParseBool takes. */
export const goBooleans = {
  true: ['1', 't', 'T', 'TRUE', 'true', 'True'],
  false: ['0', 'f', 'F', 'FALSE', 'false', 'False'],
} as const;

/** Every flag of the Go daemon with a value that it takes (main.go); `-debug` and `-trace` need none. */
export const goFlags: Readonly<Record<string, string>> = {
  trace: 'true',
  debug: 'true',
  faucetconfrpc_client: 'faucetconfrpc',
  faucetconfrpc_addr: 'localhost',
  faucetconfrpc_port: '59999',
  faucetconfrpc_keydir: '/faucetconfrpc',
  faucetconfrpc_connretries: '5',
  stacking_interfaces: 'dp2:3:eth1',
  stack_priority1: 'dp2',
  stack_mirror_interface: 'dp2:4',
  default_ofcontrollers: 'tcp:127.0.0.1:6653,tcp:127.0.0.1:6654',
  mirror_bridge_in: 'eth77',
  mirror_bridge_out: 'eno99',
  status_port: '9401',
  status_auth_ips: '127.0.0.0/8,::1/128',
};

/** What the Go driver's docker-compose.yml gives the daemon, apart from the server that edits Faucet's file. */
export const composeFlags = (mirrorOut: string): readonly string[] => [
  '--debug',
  '--mirror_bridge_in=',
  `--mirror_bridge_out=${mirrorOut}`,
  '--stack_priority1=',
  '--stacking_interfaces=',
  '--stack_mirror_interface=',
  '--default_ofcontrollers=',
];
