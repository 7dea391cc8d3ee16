import type { Host } from '@dovesnap/testkit';
import { type Counters, movedCounters, until } from '@dovesnap/testkit';
import { netAdmin } from './lab.ts';

/** Label of a container that may not send anything. */
export const denyAll: readonly string[] = ['--label', 'dovesnap.faucet.portacl=deny-all'];

/** Who a sender sends to. */
export interface Targets {
  readonly peer: string;
  readonly peerMac: string;
  readonly gateway: string;
  readonly gatewayMac: string;
}

/** Sends to everybody at once, and to the peer until the end; neighbours are set, so that not ARP alone is sent. */
const senderScript = `
  arp -i eth0 -s "$1" "$2"
  arp -i eth0 -s "$3" "$4"
  exec >/dev/null 2>&1
  ping -c 1 -W 1 "$3" & ping -c 1 -W 1 255.255.255.255 & arping -c 1 -w 1 -I eth0 "$1" &
  timeout 1 nslookup -type=a x "$3" & udhcpc -n -q -t 1 -T 1 -i eth0 -s /bin/true &
  ping "$1"`;

/** Starts a container that sends from its first moment on, to a peer, the gateway and everybody. */
export function startSender(
  host: Host,
  name: string,
  network: string,
  to: Targets,
  flags: readonly string[],
): Promise<string> {
  return host.docker(
    ...['run', '--detach', '--name', name, '--network', network, netAdmin, ...flags],
    ...['busybox', 'sh', '-c', senderScript, 'sh'],
    ...[to.peer, to.peerMac, to.gateway, to.gatewayMac],
  );
}

/** MACs of the containers on a network, by name, as Docker knows them. */
export async function macsOf(host: Host, network: string): Promise<ReadonlyMap<string, string>> {
  const text = await host.docker('network', 'inspect', '--format', '{{json .Containers}}', network);
  const found = JSON.parse(text) as Record<string, { Name: string; MacAddress: string }>;
  return new Map(Object.values(found).map((item) => [item.Name, item.MacAddress]));
}

/** Lets a container send to every address of the host, as if the host end of its veth had them all, and to everybody. */
export async function sendToHost(host: Host, container: string, hostLink: string): Promise<void> {
  const mac = await read(host, 'cat', `/sys/class/net/${hostLink}/address`);
  const addresses = hostAddresses(await read(host, 'ip', '-json', 'address'));
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', container);
  const inside = (...command: readonly string[]) =>
    host.run('nsenter', [`--net=/proc/${pid}/ns/net`, ...command]);
  // What Docker's container lacks by default and one with NET_ADMIN can give itself: IPv6, and 127.0.0.1 beyond `lo`.
  const settings = ['ipv6.conf.eth0.disable_ipv6=0', 'ipv4.conf.eth0.route_localnet=1'];
  await inside('sysctl', '-q', '-w', ...settings.map((setting) => `net.${setting}`));
  await inside('ip', 'link', 'set', 'lo', 'down');
  for (const family of ['-4', '-6']) {
    await inside('ip', family, 'route', 'replace', 'default', 'dev', 'eth0');
  }
  for (const address of addresses) {
    await inside('ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', 'eth0');
  }
  await host.docker('exec', container, 'sh', '-c', toHostScript, 'sh', ...addresses);
}

const toHostScript = `
  for address in "$@"; do
    case "$address" in fe80:*) address="$address%eth0";; esac
    ping -c 2 -W 1 "$address" &
    traceroute -n -m 1 -q 2 -w 1 "$address" &
    timeout 1 nslookup -type=a x "$address" &
  done
  udhcpc -n -q -t 2 -T 1 -i eth0 -s /bin/true &
  ping -c 2 -W 1 255.255.255.255 &
  wait`;

async function read(host: Host, file: string, ...args: readonly string[]): Promise<string> {
  return (await host.run(file, args)).stdout.trim();
}

function hostAddresses(json: string): readonly string[] {
  const links = JSON.parse(json) as readonly {
    readonly addr_info?: readonly { readonly local: string }[];
  }[];
  const all = links.flatMap(({ addr_info = [] }) => addr_info.map(({ local }) => local));
  return [...new Set(all)];
}

/**
 * What moves when something of ICMP or UDP reaches the host's own stack, answered or not. The host looks for IPv6 routers
 * by itself now and then: what it sends there does not count.
 */
export const heardByHost: readonly string[] = ['Icmp.', 'IcmpMsg.', 'Icmp6In', 'Udp'];

/**
 * The host's counters once its own ICMP and UDP have come to rest: links that came up announce themselves for a while, and
 * what the host itself sends to an address that nobody has comes back to it as unreachable after three seconds.
 */
export async function countersAtRest(host: Host): Promise<Counters> {
  let last: Counters | undefined;
  return until(
    async () => {
      const before = last;
      last = await host.counters();
      if (before === undefined) return undefined;
      return Object.keys(movedCounters(before, last, heardByHost)).length === 0 && last;
    },
    { what: 'a host whose ICMP and UDP are at rest', interval: 3500 },
  );
}
