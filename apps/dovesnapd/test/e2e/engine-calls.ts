import { createHash } from 'node:crypto';
import { type FakeDocker, fakeDocker, type Host, openHost, until } from '@dovesnap/testkit';
import { networkStatus } from './network-status.ts';

/** A host whose Docker is a fake: a test makes the engine's calls itself, as an engine that is not there makes them. */
export interface EngineBed {
  readonly host: Host;
  readonly docker: FakeDocker;
  /** One call of the driver, without the protocol's name; answers what came back. */
  call(name: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  /**
   * Makes a network as an engine does and tells the daemon its name; answers its id. It is flat, unless the request says
   * something else.
   */
  createNetwork(name: string, subnet: string, request?: object): Promise<string>;
  /** Makes an endpoint of a container that is about to start; answers its ids and what CreateEndpoint answered. */
  createEndpoint(
    networkId: string,
    container: string,
    address: string,
    options?: object,
  ): Promise<CreatedEndpoint>;
  close(): Promise<void>;
}

/** An endpoint before its Join. */
export interface CreatedEndpoint {
  readonly ids: { readonly NetworkID: string; readonly EndpointID: string };
  readonly mac: string;
}

/** An id of Docker's form, always the same for the same text. */
export function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Opens the bed, with everything running. */
export async function openEngineBed(name: string): Promise<EngineBed> {
  const docker = await fakeDocker();
  const host = await openHost({ name });
  const close = async (): Promise<void> => {
    await host.close();
    await docker.close();
  };
  try {
    await Promise.all([host.startOvs(), host.startFaucet()]);
    await host.startDaemon({ args: ['--docker_socket', docker.socketPath] });
  } catch (error) {
    await close();
    throw error;
  }
  const call: EngineBed['call'] = async (method, body) =>
    (await host.daemon.call(`NetworkDriver.${method}`, body)) as Readonly<Record<string, unknown>>;
  return {
    host,
    docker,
    call,
    createNetwork: async (network, subnet, request = {}) => {
      const NetworkID = idOf(network);
      const plain = { NetworkID, Options: {}, IPv4Data: [{ Pool: subnet }] };
      const { Err } = await call('CreateNetwork', { ...plain, ...request });
      if (Err !== undefined) throw new Error(String(Err));
      const shown = { Id: NetworkID, Name: network, Driver: 'dovesnap', Containers: {} };
      docker.content.networks = [...docker.content.networks, shown];
      const Actor = { ID: NetworkID, Attributes: { name: network } };
      docker.emit({ Type: 'network', Action: 'create', Actor });
      const hasPorts = async () => ((await networkStatus(host, network))?.FreePorts ?? 0) >= 4;
      await until(hasPorts, { what: `the free ports of ${network}` });
      return NetworkID;
    },
    createEndpoint: async (NetworkID, container, address, options = {}) => {
      const ids = { NetworkID, EndpointID: idOf(`${container} ${address}`) };
      const Interface = { Address: address, AddressIPv6: '', MacAddress: '' };
      const reply = await call('CreateEndpoint', { ...ids, Interface, Options: options });
      if (reply.Err !== undefined) throw new Error(String(reply.Err));
      show(docker, ids, container);
      const { Interface: made } = reply as { Interface?: { MacAddress?: string } };
      return { ids, mac: made?.MacAddress ?? '' };
    },
    close,
  };
}

/** Lets the fake show an endpoint as an engine does while its Join runs. */
function show(docker: FakeDocker, ids: CreatedEndpoint['ids'], container: string): void {
  const { content } = docker;
  const entry = {
    ...{ Name: container, EndpointID: ids.EndpointID },
    ...{ MacAddress: '', IPv4Address: '', IPv6Address: '' },
  };
  content.networks = content.networks.map((item) =>
    item.Id === ids.NetworkID
      ? {
          ...item,
          Containers: { ...(item.Containers as object), [`ep-${ids.EndpointID}`]: entry },
        }
      : item,
  );
  const Names = [`/${container}`];
  const one = { Id: idOf(container), Names, ImageID: 'image', State: 'created', Labels: {} };
  content.containers = [...content.containers, one];
}
