import { join } from 'node:path';
import type { Run } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { type PeerServer, serveDns, serveStream } from './peer-server.ts';

/** A neighbour of a host. */
export interface PeerOptions {
  /** Name of its network namespace in the host, at most 12 characters. */
  readonly name: string;
  /** Its address with prefix length (`203.0.113.1/24`). */
  readonly address: string;
  /** The host's address on the same link. Without one the link is plain layer 2. */
  readonly hostAddress?: string | undefined;
  /** Give the host a default route through this peer: it plays the internet. Default false. */
  readonly hostDefaultRoute?: boolean | undefined;
  /** Give the peer a default route through the host: it can answer container addresses. Default false. */
  readonly returnRoute?: boolean | undefined;
}

/** A machine beside a host, in a network namespace of its own, joined to it by a veth pair. */
export interface Peer {
  readonly name: string;
  /** Its address without prefix length. */
  readonly address: string;
  /** Path of its network namespace in the host. */
  readonly namespace: string;
  /** Name of the link in the host that leads to it; in the peer it is `eth0`. */
  readonly hostLink: string;
  readonly run: Run;
  spawn: HostAccess['spawn'];
  /** TCP: says the client's address and port in one line, then sends back what it gets. */
  serveEcho(port: number): Promise<PeerServer>;
  /** HTTP: `/` the client's address, `/bytes/N`, `/digest/N` (SHA-256 of these bytes), POST: digest of the body. */
  serveHttp(port: number): Promise<PeerServer>;
  /** DNS on port 53: names to addresses, nothing else. */
  serveDns(names: Readonly<Record<string, string>>): Promise<HostProcess>;
  /** Ends its servers and removes it and its link. Closing the host does the same. */
  close(): Promise<void>;
}

/** Adds a peer to the host. */
export async function addPeer(host: HostAccess, options: PeerOptions): Promise<Peer> {
  const { name } = options;
  if (name.length > 12) {
    throw new TestkitError('HOST_FAILED', name, `the name ${name} is longer than 12 characters`);
  }
  const hostLink = `to-${name}`;
  const namespace = join('/run/netns', name);
  await host.run('ip', ['netns', 'add', name]);
  await host.run('ip', ['-batch', '-'], { input: hostSide(options, hostLink) });
  await host.run('ip', ['-netns', name, '-batch', '-'], { input: peerSide(options) });

  const started: HostProcess[] = [];
  const spawn: Peer['spawn'] = async (file, args, env) => {
    const child = await host.spawn('nsenter', [`--net=${namespace}`, '--', file, ...args], env);
    started.push(child);
    return child;
  };
  const address = bare(options.address);
  return {
    name,
    address,
    namespace,
    hostLink,
    run: (file, args, runOptions) =>
      host.run('nsenter', [`--net=${namespace}`, '--', file, ...args], runOptions),
    spawn,
    serveEcho: (port) => serveStream(spawn, 'tcp', address, port),
    serveHttp: (port) => serveStream(spawn, 'http', address, port),
    serveDns: (names) => serveDns(spawn, address, names),
    async close(): Promise<void> {
      await Promise.all(started.map((child) => child.kill()));
      await host.run('ip', ['link', 'delete', hostLink]);
      await host.run('ip', ['netns', 'delete', name]);
    },
  };
}

function hostSide(options: PeerOptions, hostLink: string): string {
  const { name, address, hostAddress } = options;
  return lines(
    `link add ${hostLink} type veth peer name eth0 netns ${name}`,
    hostAddress !== undefined && `address add ${hostAddress} dev ${hostLink}`,
    `link set ${hostLink} up`,
    options.hostDefaultRoute === true && `route add default via ${bare(address)}`,
  );
}

function peerSide(options: PeerOptions): string {
  const back = options.returnRoute === true ? options.hostAddress : undefined;
  return lines(
    'link set lo up',
    `address add ${options.address} dev eth0`,
    'link set eth0 up',
    back !== undefined && `route add default via ${bare(back)}`,
  );
}

function lines(...parts: readonly (string | false)[]): string {
  return `${parts.filter((part) => part !== false).join('\n')}\n`;
}

function bare(address: string): string {
  return address.split('/')[0] ?? address;
}
