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

/** A network as `/networks` shows it, as far as tests read its fields by name. */
export interface NetworkStatus {
  readonly NetworkName: string;
  readonly BridgeName: string;
  readonly FreePorts: number;
  readonly FreePlainPorts: number;
  readonly Notes: readonly string[];
  /** What is wrong with ACLs in use, by ACL. */
  readonly AclProblems: Readonly<Record<string, string>>;
  readonly DynamicNetworkStates: {
    readonly Containers: Readonly<Record<string, ContainerStatus>>;
  };
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
