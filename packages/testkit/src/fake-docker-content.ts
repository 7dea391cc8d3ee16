/** A network in the format of Docker's API. A test sets the fields that it needs. */
export interface FakeNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly [field: string]: unknown;
}

/** A container in the format of Docker's container list. */
export interface FakeContainer {
  readonly Id: string;
  /** Container names, each with its leading slash. */
  readonly Names: readonly string[];
  readonly ImageID: string;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
  /** Process id returned by container inspect. Default 0: not running. */
  readonly Pid?: number | undefined;
}

/** The content of a fake Docker engine. */
export interface DockerContent {
  /** The engine's id. */
  id: string;
  version: string;
  networks: readonly FakeNetwork[];
  containers: readonly FakeContainer[];
  /** Labels by image id. */
  images: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Answer = readonly [status: number, body: unknown];
type Filters = Readonly<Record<string, readonly string[] | Readonly<Record<string, boolean>>>>;

/** Returns Docker's answer to a GET request for this path: status and JSON. */
export function answerFor(content: DockerContent, url: URL): Answer {
  const filters = JSON.parse(url.searchParams.get('filters') ?? '{}') as Filters;
  const [, kind, id = '', what] = url.pathname.split('/');
  if (kind === '_ping') return [200, 'OK'];
  if (kind === 'info') {
    const { id: ID, version: ServerVersion } = content;
    return [200, { ID, ServerVersion, DockerRootDir: '/var/lib/docker' }];
  }
  if (kind === 'version') return [200, { Version: content.version, ApiVersion: '1.41' }];
  if (kind === 'networks') return id === '' ? listNetworks(content, filters) : network(content, id);
  if (kind === 'images') return image(content, decodeURIComponent(id));
  if (kind === 'containers' && id === 'json') return listContainers(content, filters, url);
  if (kind === 'containers' && what === 'json') return container(content, id);
  return missing(`page ${url.pathname}`);
}

function listNetworks(content: DockerContent, filters: Filters): Answer {
  const drivers = valuesOf(filters.driver);
  const ids = valuesOf(filters.id);
  const found = content.networks.filter(
    (item) =>
      (drivers.length === 0 || drivers.includes(item.Driver)) &&
      (ids.length === 0 || ids.some((start) => item.Id.startsWith(start))),
  );
  // Docker omits the endpoints from its list (API 1.28 and newer); only inspect returns them.
  return [200, found.map((item) => ({ ...item, Containers: {} }))];
}

function network(content: DockerContent, id: string): Answer {
  const found = content.networks.find((item) => item.Id === id || item.Name === id);
  return found === undefined ? missing(`network ${id}`) : [200, found];
}

function listContainers(content: DockerContent, filters: Filters, url: URL): Answer {
  const all = ['1', 'true'].includes(url.searchParams.get('all') ?? '');
  const names = valuesOf(filters.name).map((pattern) => new RegExp(pattern));
  const labels = valuesOf(filters.label);
  const found = content.containers.filter(
    (item) =>
      (all || item.State === 'running') &&
      (names.length === 0 || names.some((name) => item.Names.some((own) => name.test(own)))) &&
      labels.every((label) => hasLabel(item, label)),
  );
  return [200, found.map(({ Pid, ...item }) => item)];
}

function hasLabel(item: FakeContainer, label: string): boolean {
  const [key = '', value] = label.split('=');
  return value === undefined ? key in item.Labels : item.Labels[key] === value;
}

function container(content: DockerContent, id: string): Answer {
  const found = content.containers.find((item) => item.Id === id || item.Names.includes(`/${id}`));
  if (found === undefined) return missing(`container ${id}`);
  const { Pid = 0, Names, ImageID, Labels, State } = found;
  const state = { Status: State, Running: State === 'running', Pid };
  return [200, { Id: found.Id, Name: Names[0], Image: ImageID, Config: { Labels }, State: state }];
}

function image(content: DockerContent, id: string): Answer {
  const labels = content.images[id];
  if (labels === undefined) return missing(`image ${id}`);
  return [200, { Id: id, Config: { Labels: labels } }];
}

function missing(what: string): Answer {
  return [404, { message: `No such ${what}` }];
}

function valuesOf(filter: Filters[string] | undefined): readonly string[] {
  if (filter === undefined) return [];
  return Array.isArray(filter) ? filter : Object.keys(filter);
}
