import { type Host, until } from '@dovesnap/testkit';

/** A container as `/networks` shows it. */
export interface ContainerStatus {
  readonly Name: string;
  readonly Id: string;
  readonly OFPort: number;
  readonly MacAddress: string;
  readonly HostIP: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly IfName: string;
  readonly State: string;
  /** Why it is closed; empty when it is open. */
  readonly Reason: string;
  readonly Acl: string;
  readonly Mirrored: boolean;
}

/** An endpoint as `/networks` shows it, also while its container is not known. */
export interface EndpointStatus {
  readonly ContainerId: string;
  readonly OFPort: number;
  readonly HostIfName: string;
  readonly State: string;
}

/** A network as `/networks` shows it, as far as tests read its fields by name. */
export interface NetworkStatus {
  readonly NetworkName: string;
  readonly NetworkId: string;
  readonly BridgeName: string;
  readonly FreePorts: number;
  readonly FreePlainPorts: number;
  readonly TotalPorts: number;
  readonly Notes: readonly string[];
  /** What is wrong with ACLs in use, by ACL. */
  readonly AclProblems: Readonly<Record<string, string>>;
  readonly DynamicNetworkStates: {
    readonly Containers: Readonly<Record<string, ContainerStatus>>;
  };
  readonly Endpoints: Readonly<Record<string, EndpointStatus>>;
}

/** A network as `/networks` shows it; undefined when it does not. */
export async function networkStatus(host: Host, name: string): Promise<NetworkStatus | undefined> {
  const all = (await host.daemon.status('/networks')) as Readonly<Record<string, NetworkStatus>>;
  return Object.values(all).find((network) => network.NetworkName === name);
}

/** A container on a network as `/networks` shows it; undefined when it does not. */
export async function containerStatus(
  host: Host,
  network: string,
  container: string,
): Promise<ContainerStatus | undefined> {
  const found = (await networkStatus(host, network))?.DynamicNetworkStates.Containers ?? {};
  return Object.values(found).find((item) => item.Name === `/${container}`);
}

/** Resolves when `/networks` shows a container in this state. */
export async function untilState(
  host: Host,
  network: string,
  container: string,
  state: string,
): Promise<ContainerStatus> {
  return until(
    async () => {
      const shown = await containerStatus(host, network, container);
      if (shown?.State === state) return shown;
      throw new Error(`it is ${shown?.State}: ${shown?.Reason}`);
    },
    { what: `that ${container} is ${state}`, interval: 50 },
  );
}

/** Resolves when `/networks` shows what a container calls its interface: the daemon looks when the container runs. */
export async function untilNamed(
  host: Host,
  network: string,
  container: string,
): Promise<ContainerStatus> {
  return until(
    async () => {
      const shown = await containerStatus(host, network, container);
      return shown !== undefined && shown.IfName !== '' && shown;
    },
    { what: `the name of ${container}'s interface on ${network}`, interval: 50 },
  );
}

/** Resolves when `/networks` has nothing to note of a network. */
export async function untilNothingNoted(host: Host, network: string): Promise<void> {
  await until(
    async () => {
      const notes = (await networkStatus(host, network))?.Notes;
      if (notes?.length === 0) return true;
      throw new Error(notes?.join('\n'));
    },
    { what: `an end of the notes on ${network}`, interval: 50 },
  );
}
