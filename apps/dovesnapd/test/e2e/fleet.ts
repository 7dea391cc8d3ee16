import { readFile } from 'node:fs/promises';
import { parseFaucet } from '@dovesnap/faucet-config';
import { type Host, until } from '@dovesnap/testkit';
import { localOfPort } from '../../src/domain/names.ts';
import { inContainer, startContainer } from './lab.ts';
import { networkStatus } from './network-status.ts';

/** Numbered names: `web-1`, `web-2`. */
export function fleetNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** Starts containers in parallel. */
export async function startFleet(
  host: Host,
  names: readonly string[],
  network: string,
  flags: readonly string[] = [],
): Promise<void> {
  await Promise.all(names.map((name) => startContainer(host, name, network, flags)));
}

/** Removes containers in parallel, running or not. */
export async function removeFleet(host: Host, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => host.docker('rm', '--force', name)));
}

/** What Docker says of the containers on a network. */
export interface DockerEndpointFact {
  readonly container: string;
  readonly endpointId: string;
  readonly address: string;
}

/** The containers that Docker has on a network, by name. */
export async function dockerEndpoints(
  host: Host,
  network: string,
): Promise<readonly DockerEndpointFact[]> {
  const text = await host.docker('network', 'inspect', '--format', '{{json .Containers}}', network);
  const found = JSON.parse(text) as Record<
    string,
    { Name: string; EndpointID: string; IPv4Address: string }
  >;
  return Object.values(found)
    .map((item) => ({
      container: item.Name,
      endpointId: item.EndpointID,
      address: item.IPv4Address.split('/')[0] ?? '',
    }))
    .sort(byContainer);
}

/** What `/networks` says of an endpoint. */
export interface StatusEndpoint {
  readonly container: string;
  readonly endpointId: string;
  readonly state: string;
  readonly ofPort: number;
  readonly hostLink: string;
}

/** The endpoints that `/networks` shows on a network. @throws Error when it does not show the network. */
export async function statusEndpoints(
  host: Host,
  network: string,
): Promise<readonly StatusEndpoint[]> {
  const found = await networkStatus(host, network);
  if (found === undefined) throw new Error(`/networks does not show ${network}`);
  const names = found.DynamicNetworkStates.Containers;
  return Object.entries(found.Endpoints)
    .map(([endpointId, item]) => ({
      container: (names[item.ContainerId]?.Name ?? '').replace('/', ''),
      endpointId,
      state: item.State,
      ofPort: item.OFPort,
      hostLink: item.HostIfName,
    }))
    .sort(byContainer);
}

/** The interfaces whose rows in the switch's database remember an endpoint. */
export async function recordedEndpoints(host: Host): Promise<readonly string[]> {
  const { data } = JSON.parse(
    await host.ovs.vsctl('--format=json', '--columns=name,external_ids', 'list', 'Interface'),
  ) as { data: readonly (readonly [string, unknown])[] };
  return data
    .filter(([, ids]) => JSON.stringify(ids).includes('"dovesnap.endpoint"'))
    .map(([name]) => name);
}

/** Resolves when `/networks` shows just what Docker has on the network, all of it open, each port once. */
export async function untilAllOpen(
  host: Host,
  network: string,
  names: readonly string[],
): Promise<readonly StatusEndpoint[]> {
  const wanted = names.toSorted();
  return until(
    async () => {
      const [shown, listed] = await Promise.all([
        statusEndpoints(host, network),
        dockerEndpoints(host, network),
      ]);
      const same =
        idsOf(shown) === idsOf(listed) &&
        listed.map((item) => item.container).join() === wanted.join() &&
        shown.map((item) => item.container).join() === wanted.join();
      if (same && shown.every((item) => item.state === 'open')) return shown;
      const seen = shown.map((item) => `${item.container || item.endpointId}=${item.state}`);
      throw new Error(`shown: ${seen.join(' ')}; Docker: ${listed.map((item) => item.container)}`);
    },
    { what: `${names.length} open endpoints on ${network}`, interval: 100, deadline: 60_000 },
  );
}

/** What is there for the ports of a network: the host's ends of their veths, OVS ports, Faucet interfaces. */
export interface PortsAtRest {
  readonly count: number;
  readonly links: readonly string[];
  readonly switchPorts: readonly string[];
  readonly faucetPorts: readonly number[];
}

/** Resolves when each port of a network is taken or ready to be. */
export async function untilPortsRest(host: Host, network: string): Promise<PortsAtRest> {
  const found = await until(
    async () => {
      const status = await networkStatus(host, network);
      if (status === undefined || status.TotalPorts === 0) return undefined;
      const taken = Object.keys(status.Endpoints).length;
      return status.FreePorts + taken === status.TotalPorts ? status : undefined;
    },
    { what: `the ports of ${network} at rest`, interval: 50 },
  );
  const isPort = (name: string): boolean => name.startsWith(`ods${found.NetworkId.slice(0, 7)}`);
  const links = (await host.run('ls', ['/sys/class/net'])).stdout.split('\n').filter(isPort);
  // After a loss of the database it may not be back yet: the daemon shows what it knows.
  const list = () => host.ovs.vsctl('list-ports', found.BridgeName);
  const listed = await until(list, { what: `bridge ${found.BridgeName}`, interval: 50 });
  const config = parseFaucet(await host.faucet.readConfig());
  return {
    count: found.TotalPorts,
    links: links.toSorted(),
    switchPorts: listed.split('\n').filter(isPort).toSorted(),
    faucetPorts: (config.dps.get(network)?.interfaces ?? [])
      .flatMap((item) => item.number ?? [])
      .filter((number) => number !== localOfPort),
  };
}

/** Pings each address once from a container, one after another; answers those that gave no reply within three seconds. */
export async function unanswered(
  host: Host,
  from: string,
  addresses: readonly string[],
): Promise<readonly string[]> {
  const script = 'for a in "$@"; do ping -q -c 1 -W 3 "$a" >/dev/null || echo "$a"; done';
  const said = await inContainer(host, from, 'sh', '-c', script, 'sh', ...addresses);
  return said.split('\n').filter((line) => line !== '');
}

/**
 * Lets the first container ping all others and each ping the next; answers `from -> address` for each ping without a
 * reply. Not each with each: 50 of them would fill the kernel's neighbour table, which all namespaces share
 * (`net.ipv4.neigh.default.gc_thresh3`, 1024).
 */
export async function unansweredAmong(
  host: Host,
  endpoints: readonly DockerEndpointFact[],
): Promise<readonly string[]> {
  const lost = endpoints.map(async ({ container }, index) => {
    const others = index === 0 ? endpoints.slice(1) : [endpoints[index + 1] ?? endpoints[0]];
    const addresses = others.flatMap((other) => other?.address ?? []);
    return (await unanswered(host, container, addresses)).map((to) => `${container} -> ${to}`);
  });
  return (await Promise.all(lost)).flat();
}

/** A ping five times a second that goes on by itself, also while Docker is away. */
export interface SteadyPing {
  /** The sequence numbers of the replies so far. */
  replies(): Promise<readonly number[]>;
  /** Resolves when this many more replies have come. */
  more(count: number): Promise<void>;
}

/** Starts a {@link SteadyPing} in a container; resolves when it runs. It ends with the container. */
export async function steadyPing(
  host: Host,
  container: string,
  address: string,
): Promise<SteadyPing> {
  await host.docker('exec', '-d', container, 'sh', '-c', `exec ping -i 0.2 ${address} >/tmp/pings`);
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', container);
  const file = host.path(`/proc/${pid}/root/tmp/pings`);
  const replies = async (): Promise<readonly number[]> =>
    [...(await readFile(file, 'utf8')).matchAll(/ seq=(\d+) /g)].map((match) => Number(match[1]));
  await until(replies, { what: `a ping that runs in ${container}` });
  return {
    replies,
    more: async (count) => {
      const before = (await replies()).length;
      const what = `${count} more replies to ${container} from ${address}`;
      await until(async () => (await replies()).length >= before + count, { what, interval: 50 });
    },
  };
}

/** The sequence numbers that are missing among replies. */
export function lostAmong(replies: readonly number[]): readonly number[] {
  const got = new Set(replies);
  const sent = Math.max(-1, ...replies) + 1;
  return Array.from({ length: sent }, (_, seq) => seq).filter((seq) => !got.has(seq));
}

function byContainer(a: { container: string }, b: { container: string }): number {
  return a.container < b.container ? -1 : 1;
}

function idsOf(items: readonly { readonly endpointId: string }[]): string {
  return items
    .map((item) => item.endpointId)
    .toSorted()
    .join();
}
