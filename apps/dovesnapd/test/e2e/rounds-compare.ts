import { parseFaucet } from '@dovesnap/faucet-config';
import type { Host } from '@dovesnap/testkit';
import { localOfPort, parseHostLink } from '../../src/domain/names.ts';
import { type RoundsContainer, roundsNetworks, wantedEndpoints } from './rounds-model.ts';

interface Status {
  readonly NetworkName: string;
  readonly NetworkId: string;
  readonly FreePorts: number;
  readonly TotalPorts: number;
  readonly Notes: readonly string[];
  readonly DynamicNetworkStates: {
    readonly Containers: Readonly<Record<string, { Name: string }>>;
  };
  readonly Endpoints: Readonly<Record<string, EndpointStatus>>;
}

interface EndpointStatus {
  readonly ContainerId: string;
  readonly OFPort: number;
  readonly HostIfName: string;
  readonly MacAddress: string;
  readonly State: string;
  readonly Acl: string;
}

interface Row {
  readonly name: string;
  readonly ofport: number;
  readonly error: unknown;
  readonly ids: ReadonlyMap<string, string>;
}

interface Seen {
  readonly networks: readonly Status[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly links: ReadonlyMap<string, readonly string[]>;
  readonly faucet: ReturnType<typeof parseFaucet>;
  /** Endpoint ids by network, as Docker lists them. */
  readonly docker: ReadonlyMap<string, readonly string[]>;
  readonly rules: readonly string[];
}

/** What is not as it must be when a call has just been answered: Docker's list and `/networks` against the model. */
export async function disagreementsAtOnce(
  host: Host,
  containers: readonly RoundsContainer[],
): Promise<readonly string[]> {
  const [networks, docker] = await Promise.all([statusOf(host), dockerList(host)]);
  return [
    ...differences('/networks', wantedEndpoints(containers), networks.flatMap(endpointLines)),
    ...networks.flatMap((network) =>
      differences(
        `Docker and /networks on ${network.NetworkName}`,
        docker.get(network.NetworkName) ?? [],
        Object.keys(network.Endpoints),
      ),
    ),
  ];
}

/** Whether every port of every network is taken or free: none is being rebuilt. Cheap to ask. */
export async function portsRest(host: Host): Promise<boolean> {
  return (await statusOf(host)).every(
    ({ TotalPorts, FreePorts, Endpoints }) =>
      TotalPorts === FreePorts + Object.keys(Endpoints).length,
  );
}

/** What is not as it must be in the switch, among the links, in faucet.yaml and the rules, once the ports rest. */
export async function disagreements(
  host: Host,
  containers: readonly RoundsContainer[],
  rules: readonly string[],
): Promise<readonly string[]> {
  const seen = await look(host);
  return [
    ...differences('/networks', wantedEndpoints(containers), seen.networks.flatMap(endpointLines)),
    ...seen.networks.flatMap((network) => networkDisagreements(network, seen)),
    ...linkDisagreements(seen),
    ...differences('rules', rules, seen.rules),
  ];
}

/** The iptables rules of ours. */
export async function ourRules(host: Host): Promise<readonly string[]> {
  const { stdout } = await host.run('iptables-save', []);
  return stdout.split('\n').filter((line) => line.startsWith('-A ') && line.includes('DOVESNAP'));
}

function networkDisagreements(network: Status, seen: Seen): string[] {
  const { NetworkName: name, Endpoints: endpoints, TotalPorts, FreePorts, Notes } = network;
  const taken = Object.entries(endpoints);
  const rows = [...seen.rows.values()].filter(
    (row) => row.ids.get('dovesnap.network') === network.NetworkId && isHostLink(row.name),
  );
  const interfaces = (seen.faucet.dps.get(name)?.interfaces ?? []).filter(
    (item) => item.number !== localOfPort,
  );
  const byPort = new Map(taken.map(([, item]) => [item.OFPort, item]));
  return [
    ...differences(
      `free and taken ports of ${name}`,
      [`${TotalPorts}`],
      [`${FreePorts + taken.length}`],
    ),
    ...differences(`notes of ${name}`, [], Notes),
    ...differences(`Docker's list of ${name}`, seen.docker.get(name) ?? [], Object.keys(endpoints)),
    ...differences(
      `rows of ${name} with an endpoint`,
      taken.map(([id, item]) => `${id} ${item.HostIfName} ${item.OFPort} ${item.Acl}`),
      rows.flatMap((row) => recordLine(row) ?? []),
    ),
    ...differences(
      `rows with an error on ${name}`,
      [],
      rows.filter((row) => JSON.stringify(row.error) !== '["set",[]]').map((row) => row.name),
    ),
    ...differences(
      `faucet.yaml's interfaces of ${name}`,
      rows.map(
        (row) => `${row.ofport} ${byPort.get(row.ofport)?.Acl ?? row.ids.get('dovesnap.acls')}`,
      ),
      interfaces.map((item) => `${item.number} ${item.aclsIn.join(',')}`),
    ),
    ...differences(
      `open links of ${name}`,
      taken.map(([, item]) => item.HostIfName),
      rows.filter((row) => seen.links.get(row.name)?.includes('UP')).map((row) => row.name),
    ),
  ];
}

/** A link for each of our ports and none besides; the inner ends of ports that are free, and no others. */
function linkDisagreements({ networks, rows, links }: Seen): string[] {
  const names = [...links.keys()];
  const ports = [...rows.keys()].filter(isHostLink);
  const taken = new Set(
    networks.flatMap((network) => Object.values(network.Endpoints)).map((item) => item.HostIfName),
  );
  const inner = ports.filter((name) => !taken.has(name)).map((name) => name.replace('ods', 'odc'));
  return [
    ...differences('links', ports, names.filter(isHostLink)),
    ...differences('inner links', inner, names.filter(isInnerLink)),
  ];
}

function endpointLines(network: Status): string[] {
  const names = network.DynamicNetworkStates.Containers;
  return Object.values(network.Endpoints).map(({ ContainerId, State, Acl, MacAddress }) => {
    const name = (names[ContainerId]?.Name ?? '').replace('/', '');
    const prefix = MacAddress.startsWith('0e:99:') ? '0e:99:' : MacAddress.slice(0, 3);
    return `${network.NetworkName} ${name} ${State} ${Acl} ${prefix}`;
  });
}

function recordLine(row: Row): string | undefined {
  const text = row.ids.get('dovesnap.endpoint');
  if (text === undefined) return undefined;
  const { id } = JSON.parse(text) as { id: string };
  return `${id} ${row.name} ${row.ofport} ${row.ids.get('dovesnap.acls')}`;
}

async function look(host: Host): Promise<Seen> {
  const [networks, rows, links, text, docker, rules] = await Promise.all([
    statusOf(host),
    switchRows(host),
    linkFlags(host),
    host.faucet.readConfig(),
    dockerList(host),
    ourRules(host),
  ]);
  return { networks, rows, links, faucet: parseFaucet(text), docker, rules };
}

async function statusOf(host: Host): Promise<readonly Status[]> {
  return Object.values((await host.daemon.status('/networks')) as Record<string, Status>);
}

async function switchRows(host: Host): Promise<ReadonlyMap<string, Row>> {
  const columns = '--columns=name,ofport,error,external_ids';
  const said = await host.ovs.vsctl('--format=json', columns, 'list', 'Interface');
  const { data } = JSON.parse(said) as {
    data: [string, number, unknown, ['map', [string, string][]]][];
  };
  return new Map(
    data.map(([name, ofport, error, [, ids]]) => [
      name,
      { name, ofport, error, ids: new Map(ids) },
    ]),
  );
}

async function linkFlags(host: Host): Promise<ReadonlyMap<string, readonly string[]>> {
  const links = JSON.parse((await host.run('ip', ['-json', 'link'])).stdout) as {
    ifname: string;
    flags: string[];
  }[];
  return new Map(links.map(({ ifname, flags }) => [ifname, flags]));
}

async function dockerList(host: Host): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = roundsNetworks.map(async ({ name }) => {
    const { body } = await host.engine.api(`/networks/${name}`);
    const { Containers } = JSON.parse(body) as {
      Containers: Record<string, { EndpointID: string }>;
    };
    return [name, Object.values(Containers).map((item) => item.EndpointID)] as const;
  });
  return new Map(await Promise.all(found));
}

function isHostLink(name: string): boolean {
  return parseHostLink(name) !== undefined;
}

function isInnerLink(name: string): boolean {
  return name.startsWith('odc') && isHostLink(name.replace('odc', 'ods'));
}

function differences(what: string, wanted: readonly string[], found: readonly string[]): string[] {
  const missing = wanted.filter((line) => !found.includes(line));
  const surplus = found.filter((line) => !wanted.includes(line));
  const twice = found.filter((line, at) => found.indexOf(line) !== at);
  const lists = Object.entries({ missing, surplus, twice }).filter(([, lines]) => lines.length > 0);
  return lists.map(([kind, lines]) => `${what}: ${kind}: ${lines.join(' | ')}`);
}
