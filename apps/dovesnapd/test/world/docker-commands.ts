import type { NetworkDriver } from '../../src/protocol/network-driver.ts';
import type { DockerEngine, EngineNetwork } from './docker-engine.ts';
import { type HostLinks, hostNamespace, type WorldLink } from './host-links.ts';

/** A legacy plugin's call has no limit of the engine's. */
const unlimited = new AbortController().signal;

/** An endpoint of a container that has joined. */
export interface JoinedEndpoint {
  readonly id: string;
  readonly network: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The container's end of its veth. */
  readonly link: WorldLink;
  /** What the driver called that end. */
  readonly name: string;
}

/** What people tell Docker to do. Each command calls the driver in the engine's order (measured with 28.5.2). */
export interface DockerCommands {
  /** The endpoints of running containers. */
  readonly joined: ReadonlyMap<string, JoinedEndpoint>;
  /** `docker network create`; answers its id. */
  createNetwork(name: string, options?: Readonly<Record<string, string>>): Promise<string>;
  /** `docker network rm`. */
  removeNetwork(name: string): Promise<void>;
  /** `docker run --network NETWORK --name NAME`. */
  run(name: string, network: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** `docker rm -f NAME`. */
  remove(name: string): Promise<void>;
  /** dockerd is killed, and its containers with it: the driver is told nothing. */
  crash(): void;
}

/** Docker forgets what it takes away, whatever the driver answers. */
async function ignored(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch {
    // dockerd writes a line to its log.
  }
}

/** Makes the commands of an engine on a host; `plugin` gives the driver while the daemon runs. */
export function dockerCommands(
  engine: DockerEngine,
  host: HostLinks,
  plugin: () => NetworkDriver,
): DockerCommands {
  const joined = new Map<string, JoinedEndpoint>();
  let lastPid = 1000;
  let lastSubnet = 0;
  let crashes = 0;
  /** Makes a function that throws once dockerd has been killed since. */
  const unlessKilled = (): (() => void) => {
    const before = crashes;
    return () => {
      if (crashes !== before) throw new Error('dockerd was killed');
    };
  };
  const tellNetwork = (
    action: 'create' | 'destroy' | 'connect' | 'disconnect',
    { id, name }: Pick<EngineNetwork, 'id' | 'name'>,
    containerId?: string,
  ): void =>
    engine.tell({ kind: 'network', action, networkId: id, networkName: name, containerId });
  const tellContainer = (action: 'start' | 'die' | 'destroy', name: string): void => {
    const containerId = engine.containers.get(name)?.id ?? '';
    engine.tell({ kind: 'container', action, containerId, containerName: name });
  };
  /** Docker takes the interface back; a link that changes its namespace goes down. */
  const takeBack = (link: WorldLink, name: string): void => {
    if (!host.all().includes(link)) return;
    host.change(link, { namespace: hostNamespace, name, up: false });
  };
  const leave = async (endpoint: JoinedEndpoint): Promise<void> => {
    const check = unlessKilled();
    const network = engine.networkNamed(endpoint.network);
    const request = { NetworkID: network.id, EndpointID: endpoint.id };
    await ignored(() => plugin().leave(request, unlimited));
    check();
    takeBack(endpoint.link, endpoint.name);
    joined.delete(endpoint.id);
    await ignored(() => plugin().deleteEndpoint(request, unlimited));
    check();
    network.endpoints.delete(endpoint.id);
    tellNetwork('disconnect', network, engine.containers.get(endpoint.container)?.id);
  };
  return {
    joined,
    createNetwork: async (name, options = {}) => {
      const check = unlessKilled();
      const id = engine.newId();
      const Options = {
        'com.docker.network.enable_ipv6': false,
        'com.docker.network.generic': options,
      };
      const { SkipIPv4 } = await plugin().checkGateway({ Options }, unlimited);
      const subnet = `10.9.${++lastSubnet}`;
      const gateway = SkipIPv4 ? undefined : `${subnet}.1`;
      const pool = {
        Pool: `${subnet}.0/24`,
        ...(gateway === undefined ? {} : { Gateway: `${gateway}/24` }),
      };
      await plugin().createNetwork(
        { NetworkID: id, Options, IPv4Data: [pool], IPv6Data: [] },
        unlimited,
      );
      check();
      const network: EngineNetwork = {
        id,
        name,
        driver: 'dovesnap',
        internal: false,
        enableIpv6: false,
        options,
        ipam: {
          driver: 'default',
          config: [{ subnet: `${subnet}.0/24`, gateway, auxiliary: {} }],
        },
        endpoints: new Map(),
        given: 1,
      };
      engine.networks.set(id, network);
      tellNetwork('create', network);
      return id;
    },
    removeNetwork: async (name) => {
      const network = engine.networkNamed(name);
      if (network.endpoints.size > 0) throw new Error(`network ${name} has active endpoints`);
      const check = unlessKilled();
      await ignored(() => plugin().deleteNetwork({ NetworkID: network.id }, unlimited));
      check();
      engine.networks.delete(network.id);
      tellNetwork('destroy', network);
    },
    run: async (name, networkName, labels = {}) => {
      const check = unlessKilled();
      const network = engine.networkNamed(networkName);
      const container = { id: engine.newId(), name, imageId: 'sha256:1', state: 'created', labels };
      engine.containers.set(name, container);
      const id = engine.newId();
      const ids = { NetworkID: network.id, EndpointID: id };
      const subnet = (network.ipam.config[0]?.subnet ?? '').replace(/\.0\/24$/, '');
      const ipv4 = `${subnet}.${++network.given}/24`;
      const Interface = { Address: ipv4, AddressIPv6: '', MacAddress: '' };
      const reply = await plugin().createEndpoint({ ...ids, Interface, Options: {} }, unlimited);
      check();
      const mac = reply.Interface?.MacAddress ?? '';
      const endpoint = { id, containerName: name, mac, ipv4, ipv6: '' };
      network.endpoints.set(id, { ...endpoint, containerId: undefined });
      const pid = ++lastPid;
      const SandboxKey = `/var/run/docker/netns/${pid}`;
      try {
        const answer = await plugin().join({ ...ids, SandboxKey, Options: {} }, unlimited);
        check();
        const source = answer.InterfaceName.SrcName;
        const link = host.find(hostNamespace, source);
        if (link === undefined) throw new Error(`could not find an interface named ${source}`);
        host.change(link, { namespace: pid, name: 'eth0', up: false });
        host.change(link, { mac: mac || link.mac, up: true });
        joined.set(id, { id, network: networkName, container: name, labels, link, name: source });
      } catch (error) {
        check();
        network.endpoints.delete(id);
        await ignored(() => plugin().deleteEndpoint(ids, unlimited));
        throw error;
      }
      network.endpoints.set(id, { ...endpoint, containerId: container.id });
      engine.containers.set(name, { ...container, state: 'running' });
      engine.pids.set(container.id, pid);
      tellNetwork('connect', network, container.id);
      tellContainer('start', name);
    },
    remove: async (name) => {
      for (const endpoint of [...joined.values()]) {
        if (endpoint.container === name) await leave(endpoint);
      }
      engine.pids.delete(engine.containers.get(name)?.id ?? '');
      tellContainer('die', name);
      tellContainer('destroy', name);
      engine.containers.delete(name);
    },
    crash: () => {
      crashes += 1;
      engine.stop();
      for (const { link, name } of joined.values()) takeBack(link, name);
      joined.clear();
      engine.containers.clear();
      engine.pids.clear();
      for (const { endpoints } of engine.networks.values()) endpoints.clear();
    },
  };
}
