import type { Host } from '@dovesnap/testkit';

/** What the daemon's status server says of a network. */
export interface NetworkStatus {
  readonly bridge: string;
  readonly totalPorts: number;
  /** OpenFlow numbers of the ports that containers are on. */
  readonly taken: readonly number[];
}

interface NetworkJson {
  readonly NetworkName: string;
  readonly BridgeName: string;
  readonly TotalPorts: number;
  readonly Endpoints: Readonly<Record<string, { readonly OFPort: number }>>;
}

/** Asks the status server about a network. @throws Error when it does not know it. */
export async function networkStatus(host: Host, network: string): Promise<NetworkStatus> {
  const all = (await host.daemon.status('/networks')) as Readonly<Record<string, NetworkJson>>;
  const found = Object.values(all).find((item) => item.NetworkName === network);
  if (found === undefined) throw new Error(`the daemon does not know the network ${network}`);
  return {
    bridge: found.BridgeName,
    totalPorts: found.TotalPorts,
    taken: Object.values(found.Endpoints).map(({ OFPort }) => OFPort),
  };
}
