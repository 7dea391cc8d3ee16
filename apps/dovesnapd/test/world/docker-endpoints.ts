import type { NetworkDriver } from '../../src/protocol/network-driver.ts';
import type { DockerEngine, EngineNetwork } from './docker-engine.ts';
import { type HostLinks, hostNamespace, type WorldLink } from './host-links.ts';

/** A legacy plugin's call has no limit of the engine's. */
export const unlimited: AbortSignal = new AbortController().signal;

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
  /** Whether the driver has named a gateway: it is then told of what leads outside. */
  readonly hasGateway: boolean;
}

/** A container's process, and whether it runs already. */
export interface Sandbox {
  readonly container: string;
  readonly pid: number;
  readonly isRunning: boolean;
}

/** How an engine attaches containers to networks, and takes them off. */
export interface DockerEndpoints {
  readonly joined: Map<string, JoinedEndpoint>;
  /** The endpoint that an interface has been in a container for, the first one; undefined: it has been in none. */
  firstUser(link: WorldLink): string | undefined;
  attach(sandbox: Sandbox, network: EngineNetwork): Promise<void>;
  detach(endpoint: JoinedEndpoint): Promise<void>;
  /** Docker takes the interface back; a link that changes its namespace goes down. */
  takeBack(endpoint: Pick<JoinedEndpoint, 'link' | 'name'>): void;
}

/** What attaching needs of the engine's commands. */
export interface DockerCalls {
  readonly plugin: NetworkDriver;
  /** Makes a function that throws once dockerd has been killed since. */
  unlessKilled(): () => void;
  tellNetwork(action: 'connect' | 'disconnect', network: EngineNetwork, container: string): void;
}

/** Docker forgets what it takes away, whatever the driver answers. */
export async function ignored(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // dockerd writes a line to its log.
  }
}

/** What an engine calls when a start fails, by how far it has come; one from 29 on calls Leave before all that. */
const undoing = {
  created: ['deleteEndpoint'],
  joined: ['leave', 'deleteEndpoint'],
  programmed: ['revokeExternalConnectivity', 'leave', 'deleteEndpoint'],
} as const;

/** Makes the {@link DockerEndpoints} of an engine on a host, which calls the driver in the order of its version. */
export function dockerEndpoints(
  engine: DockerEngine,
  host: HostLinks,
  { plugin, unlessKilled, tellNetwork }: DockerCalls,
): DockerEndpoints {
  const joined = new Map<string, JoinedEndpoint>();
  const { major } = engine;
  const users = new WeakMap<WorldLink, string>();
  const takeBack: DockerEndpoints['takeBack'] = ({ link, name }) => {
    if (!host.all().includes(link)) return;
    host.change(link, { namespace: hostNamespace, name, up: false });
  };
  /** The engine asks for what is to be shown of the endpoints that a container has besides. */
  const askOfOthers = async (container: string): Promise<void> => {
    for (const one of [...joined.values()].filter((item) => item.container === container)) {
      const ids = { NetworkID: engine.networkNamed(one.network).id, EndpointID: one.id };
      await ignored(() => plugin.endpointInfo(ids, unlimited));
    }
  };
  const moveIn = (source: string, pid: number, mac: string): WorldLink => {
    const link = host.find(hostNamespace, source);
    if (link === undefined) throw new Error(`could not find an interface named ${source}`);
    const taken = host.all().filter(({ namespace }) => namespace === pid).length;
    host.change(link, { namespace: pid, name: `eth${taken}`, up: false });
    host.change(link, { mac: mac || link.mac, up: true });
    return link;
  };
  /** The calls after CreateEndpoint; answers, when one of them has failed, what takes the endpoint away again. */
  const join = async (
    { container, pid, isRunning }: Sandbox,
    { network, id, mac }: { network: EngineNetwork; id: string; mac: string },
    begun: (undo: keyof typeof undoing) => void,
  ): Promise<void> => {
    const ids = { NetworkID: network.id, EndpointID: id };
    const check = unlessKilled();
    const request = { ...ids, SandboxKey: `/var/run/docker/netns/${pid}`, Options: {} };
    const answer = await plugin.join(request, unlimited);
    check();
    begun('joined');
    const name = answer.InterfaceName.SrcName;
    const labels = engine.containers.get(container)?.labels ?? {};
    const hasGateway = (answer.Gateway ?? '') !== '';
    const enter = (): void => {
      const link = moveIn(name, pid, mac);
      users.set(link, users.get(link) ?? id);
      joined.set(id, { id, network: network.name, container, labels, link, name, hasGateway });
    };
    // From 28 on, the container has its namespace by then.
    const isEarly = major >= 28 || isRunning;
    if (isEarly) enter();
    if (hasGateway) await plugin.programExternalConnectivity(request, unlimited);
    check();
    if (hasGateway) begun('programmed');
    // Up to 27 it asks twice, and a failure fails the start.
    for (let asked = 0; asked < (major >= 28 ? 1 : 2); asked++) {
      const asking = () => plugin.endpointInfo(ids, unlimited);
      await (major >= 28 ? ignored(asking) : asking());
      check();
    }
    if (!isEarly) enter();
  };
  const undo = async (
    begun: keyof typeof undoing,
    ids: { NetworkID: string; EndpointID: string },
  ) => {
    const left = joined.get(ids.EndpointID);
    if (left !== undefined) takeBack(left);
    joined.delete(ids.EndpointID);
    for (const call of [...(major >= 29 ? ['leave' as const] : []), ...undoing[begun]]) {
      await ignored(() => plugin[call](ids, unlimited));
    }
  };
  const attach: DockerEndpoints['attach'] = async (sandbox, network) => {
    const check = unlessKilled();
    const { container } = sandbox;
    const id = engine.newId();
    const ids = { NetworkID: network.id, EndpointID: id };
    if (sandbox.isRunning) await askOfOthers(container);
    const subnet = (network.ipam.config[0]?.subnet ?? '').replace(/\.0\/24$/, '');
    const ipv4 = `${subnet}.${++network.given}/24`;
    const Interface = { Address: ipv4, AddressIPv6: '', MacAddress: '' };
    network.creating += 1;
    const reply = await plugin
      .createEndpoint({ ...ids, Interface, Options: {} }, unlimited)
      .finally(() => {
        network.creating -= 1;
      });
    check();
    const mac = reply.Interface?.MacAddress ?? '';
    const endpoint = { id, containerName: container, mac, ipv4, ipv6: '' };
    network.endpoints.set(id, { ...endpoint, containerId: undefined });
    let begun: keyof typeof undoing = 'created';
    try {
      await join(sandbox, { network, id, mac }, (now) => {
        begun = now;
      });
    } catch (error) {
      check();
      network.endpoints.delete(id);
      await undo(begun, ids);
      throw error;
    }
    network.endpoints.set(id, {
      ...endpoint,
      containerId: engine.containers.get(container)?.id ?? '',
    });
    tellNetwork('connect', network, container);
  };
  const detach: DockerEndpoints['detach'] = async (endpoint) => {
    const check = unlessKilled();
    const network = engine.networkNamed(endpoint.network);
    const request = { NetworkID: network.id, EndpointID: endpoint.id };
    if (endpoint.hasGateway) {
      await ignored(() => plugin.revokeExternalConnectivity(request, unlimited));
      check();
    }
    await ignored(() => plugin.leave(request, unlimited));
    check();
    takeBack(endpoint);
    joined.delete(endpoint.id);
    await ignored(() => plugin.deleteEndpoint(request, unlimited));
    check();
    network.endpoints.delete(endpoint.id);
    tellNetwork('disconnect', network, endpoint.container);
  };
  return { joined, firstUser: (link) => users.get(link), attach, detach, takeBack };
}
