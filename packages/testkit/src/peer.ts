import { join } from 'node:path';
import type { Run } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import { type PeerServer, serveDns, serveStream } from './peer-server.ts';

/** Options for a peer, a neighbour of a host. */
export interface PeerOptions {
  /** Name of the network namespace in the host, at most 12 characters. */
  readonly name: string;
  /** Address of the peer with prefix length (`203.0.113.1/24`). */
  readonly address: string;
  /** The host's address on the same link. Without it the link is plain layer 2. */
  readonly hostAddress?: string | undefined;
  /** Gives the host a default route through this peer, which then acts as the internet. Default false. */
  readonly hostDefaultRoute?: boolean | undefined;
  /** Gives the peer a default route through the host, so that it can answer container addresses. Default false. */
  readonly returnRoute?: boolean | undefined;
}

/** A machine next to a host, in its own network namespace, connected to the host by a veth pair. */
export interface Peer {
  readonly name: string;
  /** Address of the peer without prefix length. */
  readonly address: string;
  /** Path of its network namespace in the host. */
  readonly namespace: string;
  /** Name of the link to the peer in the host. In the peer it is `eth0`. */
  readonly hostLink: string;
  readonly run: Run;
  spawn: HostAccess['spawn'];
  /** Starts a TCP server that sends the client's address and port in one line, then echoes its input. */
  serveEcho(port: number): Promise<PeerServer>;
  /**
   * Starts an HTTP server. `/` returns the client's address, `/bytes/N` N bytes, and `/digest/N` the SHA-256 digest of
   * these bytes. POST returns the digest of the body.
   */
  serveHttp(port: number): Promise<PeerServer>;
  /** Starts a DNS server on port 53 that only resolves these names to addresses. */
  serveDns(names: Readonly<Record<string, string>>): Promise<HostProcess>;
  /** Ends the servers and removes the peer and its link. Closing the host does the same. */
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
