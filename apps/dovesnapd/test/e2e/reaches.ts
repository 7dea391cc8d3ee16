import type { Host, Peer } from '@dovesnap/testkit';

/**
 * An address that did not answer lately is asked for at one-second intervals: a ping sent meanwhile waits for the next
 * question, which may come after the ping's own second. So it is forgotten first that the kernel is still asking.
 */
const pingOnce = `"$0" ip neigh flush to "$1" nud incomplete >/dev/null 2>&1
  if "$0" ping -c 1 -W 1 "$1" >/dev/null 2>&1; then echo yes; else echo no; fi`;

/** The script as arguments of a busybox, which is what the script runs in turn. */
const script = (busybox: string, address: string): readonly string[] => [
  ...['sh', '-c', pingOnce],
  ...[busybox, address],
];

/** Whether one ping from a container is answered within a second. One that does not run is an error. */
export async function reaches(host: Host, from: string, address: string): Promise<boolean> {
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', from);
  // The PATH is the host's, which need not lead to the container's.
  const busybox = '/bin/busybox';
  const inside = ['--target', pid, '--net', '--mount', '--', busybox, ...script(busybox, address)];
  return (await host.run('nsenter', inside)).stdout.trim() === 'yes';
}

/** Whether one ping from the host itself is answered within a second. */
export async function hostReaches(host: Host, address: string): Promise<boolean> {
  return (await host.run('busybox', script('busybox', address))).stdout.trim() === 'yes';
}

/** Whether one ping from a peer is answered within a second. */
export async function peerReaches(peer: Peer, address: string): Promise<boolean> {
  return (await peer.run('busybox', script('busybox', address))).stdout.trim() === 'yes';
}
