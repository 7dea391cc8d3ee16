import type { NetworkDriver } from '../../src/protocol/network-driver.ts';
import {
  type DockerEndpoints,
  dockerEndpoints,
  ignored,
  type JoinedEndpoint,
  unlimited,
} from './docker-endpoints.ts';
import type { DockerEngine, EngineNetwork } from './docker-engine.ts';
import type { HostLinks } from './host-links.ts';

export type { JoinedEndpoint } from './docker-endpoints.ts';

/** What people tell Docker to do. Each command calls the driver in the order of the engine's version. */
export interface DockerCommands extends Pick<DockerEndpoints, 'firstUser'> {
  /** The endpoints of running containers. */
  readonly joined: ReadonlyMap<string, JoinedEndpoint>;
  /** `docker network create`; answers its id. `router`: the last number of the address that is set aside for one. */
  createNetwork(
    name: string,
    options?: Readonly<Record<string, string>>,
    router?: number,
  ): Promise<string>;
  /** `docker network rm`. */
  removeNetwork(name: string): Promise<void>;
  /** `docker run --network NETWORK --name NAME`. */
  run(name: string, network: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** `docker restart NAME` of a container that runs. */
  restart(name: string): Promise<void>;
  /** `docker network connect NETWORK NAME` of a container that runs. */
  connect(name: string, network: string): Promise<void>;
  /** `docker network disconnect NETWORK NAME` of a container that runs. */
  disconnect(name: string, network: string): Promise<void>;
  /** `docker rm -f NAME`. */
  remove(name: string): Promise<void>;
  /** dockerd is killed, and its containers with it: the driver is told nothing. */
  crash(): void;
}

/** Makes the commands of an engine on a host, which calls `plugin`. */
export function dockerCommands(
  engine: DockerEngine,
  host: HostLinks,
  plugin: NetworkDriver,
): DockerCommands {
  let lastPid = 1000;
  let lastSubnet = 0;
  let crashes = 0;
  const unlessKilled = (): (() => void) => {
    const before = crashes;
    return () => {
      if (crashes !== before) throw new Error('dockerd was killed');
    };
  };
  const tellNetwork = (
    action: 'create' | 'destroy' | 'connect' | 'disconnect',
    { id, name }: Pick<EngineNetwork, 'id' | 'name'>,
    container?: string,
  ): void => {
    const containerId = engine.containers.get(container ?? '')?.id;
    engine.tell({ kind: 'network', action, networkId: id, networkName: name, containerId });
  };
  const tellContainer = (action: 'start' | 'die' | 'destroy', name: string): void => {
    const containerId = engine.containers.get(name)?.id ?? '';
    engine.tell({ kind: 'container', action, containerId, containerName: name });
  };
  const endpoints = dockerEndpoints(engine, host, { plugin, unlessKilled, tellNetwork });
  const { joined } = endpoints;
  const of = (name: string): JoinedEndpoint[] =>
    [...joined.values()].filter(({ container }) => container === name);
  /** A container's process starts when it is on its networks. */
  const start = async (name: string, networks: readonly string[]): Promise<void> => {
    const check = unlessKilled();
    const pid = ++lastPid;
    for (const network of networks) {
      const sandbox = { container: name, pid, isRunning: false };
      await endpoints.attach(sandbox, engine.networkNamed(network));
    }
    check();
    const container = engine.containers.get(name);
    if (container === undefined) return;
    engine.containers.set(name, { ...container, state: 'running' });
    engine.pids.set(container.id, pid);
    tellContainer('start', name);
  };
  const end = async (name: string): Promise<void> => {
    const isRunning = engine.pids.has(engine.containers.get(name)?.id ?? '');
    // Up to 25, it says so as it begins to take the networks away.
    if (isRunning && engine.major < 26) tellContainer('die', name);
    for (const endpoint of of(name)) await endpoints.detach(endpoint);
    engine.pids.delete(engine.containers.get(name)?.id ?? '');
    if (isRunning && engine.major >= 26) tellContainer('die', name);
  };
  return {
    joined,
    firstUser: endpoints.firstUser,
    createNetwork: (name, options = {}, router) => {
      lastSubnet += 1;
      return createNetwork({ engine, plugin, unlessKilled, tellNetwork }, name, {
        options,
        subnet: `10.9.${lastSubnet}`,
        router,
      });
    },
    removeNetwork: async (name) => {
      const network = engine.networkNamed(name);
      // Docker waits for endpoints that are being made, and then finds them.
      const count = network.endpoints.size + network.creating;
      if (count > 0) throw new Error(`network ${name} has active endpoints`);
      const check = unlessKilled();
      await ignored(() => plugin.deleteNetwork({ NetworkID: network.id }, unlimited));
      check();
      engine.networks.delete(network.id);
      tellNetwork('destroy', network);
    },
    run: async (name, network, labels = {}) => {
      engine.networkNamed(network);
      const id = engine.newId();
      engine.containers.set(name, { id, name, imageId: 'sha256:1', state: 'created', labels });
      await start(name, [network]);
    },
    restart: async (name) => {
      const networks = of(name).map(({ network }) => network);
      await end(name);
      await start(name, networks);
    },
    connect: async (name, network) => {
      const pid = engine.pids.get(engine.containers.get(name)?.id ?? '');
      if (pid === undefined) throw new Error(`container ${name} is not running`);
      const sandbox = { container: name, pid, isRunning: true };
      await endpoints.attach(sandbox, engine.networkNamed(network));
    },
    disconnect: async (name, network) => {
      const endpoint = of(name).find((one) => one.network === network);
      if (endpoint === undefined) throw new Error(`container ${name} is not on ${network}`);
      await endpoints.detach(endpoint);
      // Once more than when a container goes (20.10).
      if (engine.major < 26) tellNetwork('disconnect', engine.networkNamed(network), name);
    },
    remove: async (name) => {
      await end(name);
      tellContainer('destroy', name);
      engine.containers.delete(name);
    },
    crash: () => {
      crashes += 1;
      engine.stop();
      for (const endpoint of joined.values()) endpoints.takeBack(endpoint);
      joined.clear();
      engine.containers.clear();
      engine.pids.clear();
      for (const network of engine.networks.values()) network.endpoints.clear();
    },
  };
}

interface Creation {
  readonly engine: DockerEngine;
  readonly plugin: NetworkDriver;
  unlessKilled(): () => void;
  tellNetwork(action: 'create', network: EngineNetwork): void;
}

async function createNetwork(
  { engine, plugin, unlessKilled, tellNetwork }: Creation,
  name: string,
  given: {
    readonly options: Readonly<Record<string, string>>;
    readonly subnet: string;
    readonly router: number | undefined;
  },
): Promise<string> {
  const check = unlessKilled();
  const { options } = given;
  const id = engine.newId();
  const Options = {
    'com.docker.network.enable_ipv6': false,
    'com.docker.network.generic': options,
  };
  const asked = engine.major >= 28 ? await plugin.checkGateway({ Options }, unlimited) : undefined;
  const gateway = asked?.SkipIPv4 === true ? undefined : `${given.subnet}.1`;
  const subnet = `${given.subnet}.0/24`;
  const auxiliary: Record<string, string> =
    given.router === undefined ? {} : { DefaultGatewayIPv4: `${given.subnet}.${given.router}` };
  const pool = {
    Pool: subnet,
    AuxAddresses: auxiliary,
    ...(gateway === undefined ? {} : { Gateway: `${gateway}/24` }),
  };
  await plugin.createNetwork({ NetworkID: id, Options, IPv4Data: [pool], IPv6Data: [] }, unlimited);
  check();
  const network: EngineNetwork = {
    ...{ id, name, driver: 'dovesnap', internal: false, enableIpv6: false, options },
    ipam: { driver: 'default', config: [{ subnet, gateway, auxiliary }] },
    endpoints: new Map(),
    given: 1,
    creating: 0,
  };
  engine.networks.set(id, network);
  tellNetwork('create', network);
  return id;
}
