import { captureAll, type Host, type Sighting } from '@dovesnap/testkit';

/** A container as its frames tell it. */
export interface Member {
  readonly name: string;
  readonly pid: string;
  readonly mac: string;
  /** The switch's end of its link. */
  readonly hostLink: string;
}

/** What a container is on the wire now, its MAC as it is inside. */
export async function memberOf(host: Host, name: string): Promise<Member> {
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', name);
  const id = await host.docker('inspect', '--format', '{{.Id}}', name);
  const [link] = JSON.parse(await inside(host, pid, 'ip', '-json', 'link', 'show', 'dev', 'eth0'));
  const mac = String(link.address);
  const all = (await host.daemon.status('/networks')) as Readonly<Record<string, Shown>>;
  const endpoints = Object.values(all).flatMap((network) => Object.values(network.Endpoints));
  const hostLink = endpoints.find((item) => item.ContainerId === id)?.HostIfName ?? '';
  return { name, pid, mac, hostLink };
}

interface Shown {
  readonly Endpoints: Readonly<
    Record<string, { readonly ContainerId: string; readonly HostIfName: string }>
  >;
}

/** Runs a program of the host in a container's network. */
export async function inside(
  host: Host,
  pid: string,
  ...command: readonly string[]
): Promise<string> {
  return (await host.run('nsenter', [`--net=/proc/${pid}/ns/net`, '--', ...command])).stdout;
}

/** Frames by their destination, and what stands between it and the payload; a letter of the payload tells them apart. */
const frames = (to: string, from: string): readonly string[] => {
  const flat = (mac: string): string => mac.replaceAll(':', '');
  const [own, other] = [flat(from), flat(to)];
  const tag = (vid: string): string => `8100${vid}`;
  return [
    `${other}${own}88b5`,
    `ffffffffffff${own}88b5`,
    `333300000001${own}86dd`,
    `01005e000001${own}88b5`,
    `0180c200000f${own}88b5`,
    `${other}${own}${tag('0064')}88b5`,
    `ffffffffffff${own}${tag('0064')}88b5`,
    `ffffffffffff${own}${tag('0000')}88b5`,
    `${other}0180c200000f88b5`,
  ];
};

const sendScript = `import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
for start in sys.argv[1:]:
    link.send(bytes.fromhex(start) + bytes(46))`;

/** Sends a container's frames of every kind: for another's MAC, for everybody, for groups, with a VLAN tag. */
export async function sendEverything(host: Host, from: Member, to: Member): Promise<void> {
  await inside(host, from.pid, 'python3', '-c', sendScript, ...frames(to.mac, from.mac));
}

/** What is seen on all links of the host while something is done. */
export async function seenDuring(host: Host, task: () => Promise<void>): Promise<Sighting[]> {
  const watching = await captureAll(host);
  await task();
  const { sightings, dropped } = await watching.stop();
  if (dropped !== 0) throw new Error(`the capture lost ${dropped} frames`);
  return [...sightings];
}

/** The frames that the switch sent out of a link with one of these sources. */
export function sentTo(
  seen: readonly Sighting[],
  link: string,
  sources: readonly string[],
): readonly string[] {
  return seen
    .filter((item) => item.link === link && item.direction === 'out')
    .filter((item) => sources.includes(item.source))
    .map(({ text }) => text);
}
