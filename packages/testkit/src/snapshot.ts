import { access, readFile } from 'node:fs/promises';
import type { HostAccess } from './host-access.ts';
import { patient } from './patience.ts';
import { nftLines, tableLines } from './ruleset-lines.ts';

/** The objects on a host, one text per object, by kind. Counters, ages and order of creation are excluded. */
export type Snapshot = Readonly<Record<string, readonly string[]>>;

const bridgeColumns = ['name', 'fail_mode', 'datapath_type', 'other_config', 'external_ids'];
const interfaceColumns = ['name', 'type', 'ofport', 'external_ids', 'options'];

/** Reads the objects on a host: switch, links, addresses, routes, namespaces, rules, faucet.yaml. */
export async function snapshot(host: HostAccess): Promise<Snapshot> {
  const text = async (file: string, ...args: readonly string[]): Promise<string> =>
    (await host.run(file, args)).stdout;
  const kinds: Record<string, Promise<readonly string[]>> = {
    bridge: ovsRows(host, 'Bridge', bridgeColumns),
    port: ovsRows(host, 'Port', ['name', 'external_ids']),
    interface: ovsRows(host, 'Interface', interfaceColumns),
    controller: ovsRows(host, 'Controller', ['target', 'max_backoff', 'inactivity_probe']),
    link: text('ip', '-json', 'link').then(linkNames),
    address: text('ip', '-json', 'address').then(addressLines),
    route: text('ip', 'route', 'show', 'table', 'all').then(routeLines),
    namespace: namespaces(host),
    iptables: text('iptables-save').then(tableLines),
    ip6tables: text('ip6tables-save').then(tableLines),
    nft: text('nft', '--stateless', 'list', 'ruleset').then(nftLines),
    'faucet.yaml': readFile(host.path('/etc/faucet/faucet.yaml'), 'utf8').then(textLines, () => []),
  };
  const read = Object.entries(kinds).map(async ([kind, lines]) => [kind, await lines] as const);
  return Object.fromEntries(await Promise.all(read));
}

/**
 * Returns the objects added (`+ link: veth1`) and removed (`- link: eth0`) between two snapshots. `ignore` excludes
 * whole kinds.
 */
export function diffSnapshots(
  before: Snapshot,
  after: Snapshot,
  ignore: readonly string[] = [],
): readonly string[] {
  const kinds = Object.keys({ ...before, ...after }).filter((kind) => !ignore.includes(kind));
  return kinds.flatMap((kind) => [
    ...surplus(before[kind], after[kind]).map((line) => `- ${kind}: ${line}`),
    ...surplus(after[kind], before[kind]).map((line) => `+ ${kind}: ${line}`),
  ]);
}

/** Returns the lines of `these` that are not in `those`, as many times as they are surplus. */
function surplus(these: readonly string[] = [], those: readonly string[] = []): readonly string[] {
  const left = new Map<string, number>();
  for (const line of those) left.set(line, (left.get(line) ?? 0) + 1);
  return these.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

async function ovsRows(
  host: HostAccess,
  table: string,
  columns: readonly string[],
): Promise<readonly string[]> {
  const present = await access(host.path('/run/openvswitch/db.sock')).then(
    () => true,
    () => false,
  );
  if (!present) return [];
  const args = [
    `--timeout=${patient(20)}`,
    '--format=json',
    `--columns=${columns.join(',')}`,
    'list',
    table,
  ];
  const { data } = JSON.parse((await host.run('ovs-vsctl', args)).stdout) as { data: unknown[][] };
  return data
    .map((row) => row.map((cell, column) => `${columns[column]}=${JSON.stringify(cell)}`).join(' '))
    .sort();
}

/** Returns the mounted namespaces. Docker keeps the empty files of ended namespaces for a minute. */
async function namespaces(host: HostAccess): Promise<readonly string[]> {
  const mounts = await readFile(`/proc/${host.pid}/mounts`, 'utf8');
  const held = textLines(mounts).filter((row) => row.startsWith('nsfs '));
  // `ip netns` bind-mounts its directory onto itself, so a named namespace can appear twice.
  return [...new Set(held.map((row) => row.split(' ')[1] ?? ''))].sort();
}

interface Link {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number }[];
}

function linkNames(json: string): readonly string[] {
  return (JSON.parse(json) as readonly Link[]).map((link) => link.ifname).sort();
}

function addressLines(json: string): readonly string[] {
  const links = JSON.parse(json) as readonly Link[];
  return links
    .flatMap(({ ifname, addr_info = [] }) =>
      addr_info.map(({ local, prefixlen }) => `${ifname} ${local}/${prefixlen}`),
    )
    .filter((row) => !linkLocal.test(row))
    .sort();
}

/**
 * Addresses and routes that the kernel adds and removes by itself when a link gains or loses its carrier. They are
 * excluded.
 */
const linkLocal = /\bfe80:|\bff00:/;

function routeLines(text: string): readonly string[] {
  const rows = textLines(text).map((row) => row.replaceAll(' linkdown', '').trim());
  return rows.filter((row) => !linkLocal.test(row)).sort();
}

function textLines(text: string): readonly string[] {
  return text.split('\n').filter((row) => row !== '');
}
