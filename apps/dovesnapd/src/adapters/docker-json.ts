import type { DockerContainer, DockerEvent, DockerNetwork } from '../edges/edges.ts';

/** A network in the form of Docker's API; every engine since 20.10 gives these fields. */
export interface RawNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal?: boolean;
  readonly EnableIPv6?: boolean;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly IPAM?: {
    readonly Driver?: string;
    readonly Config?:
      | readonly {
          readonly Subnet?: string;
          readonly Gateway?: string;
          readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
        }[]
      | null;
  };
  readonly Containers?: Readonly<
    Record<
      string,
      {
        readonly Name: string;
        readonly EndpointID: string;
        readonly MacAddress: string;
        readonly IPv4Address: string;
        readonly IPv6Address: string;
      }
    >
  > | null;
}

/** A container in the form of Docker's list. */
export interface RawContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly ImageID: string;
  readonly State: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** A line of Docker's event stream. */
export interface RawEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** Reads a network from a list or an inspection. */
export function parseNetwork(raw: RawNetwork): DockerNetwork {
  return {
    id: raw.Id,
    name: raw.Name,
    driver: raw.Driver,
    internal: raw.Internal ?? false,
    enableIpv6: raw.EnableIPv6 ?? false,
    options: raw.Options ?? {},
    ipam: {
      driver: raw.IPAM?.Driver ?? 'default',
      config: (raw.IPAM?.Config ?? []).map((item) => ({
        subnet: item.Subnet,
        gateway: item.Gateway,
        auxiliary: item.AuxiliaryAddresses ?? {},
      })),
    },
    endpoints: Object.entries(raw.Containers ?? {}).map(([key, item]) => ({
      id: item.EndpointID,
      containerId: key.startsWith('ep-') ? undefined : key,
      containerName: item.Name,
      mac: item.MacAddress,
      ipv4: item.IPv4Address,
      ipv6: item.IPv6Address,
    })),
  };
}

/** Reads a container from a list. */
export function parseContainer(raw: RawContainer): DockerContainer {
  return {
    id: raw.Id,
    name: (raw.Names[0] ?? '').replace(/^\//, ''),
    imageId: raw.ImageID,
    state: raw.State,
    labels: raw.Labels ?? {},
  };
}

const networkActions = ['create', 'destroy', 'connect', 'disconnect'] as const;
const containerActions = ['start', 'die', 'rename', 'destroy'] as const;

/** Reads an event; undefined when it is of no interest. */
export function parseEvent(raw: RawEvent): DockerEvent | undefined {
  const attributes = raw.Actor.Attributes ?? {};
  if (raw.Type === 'network') {
    const action = networkActions.find((known) => known === raw.Action);
    if (action === undefined) return undefined;
    return {
      kind: 'network',
      action,
      networkId: raw.Actor.ID,
      networkName: attributes.name ?? '',
      containerId: attributes.container,
    };
  }
  const action = containerActions.find((known) => known === raw.Action);
  if (raw.Type !== 'container' || action === undefined) return undefined;
  return {
    kind: 'container',
    action,
    containerId: raw.Actor.ID,
    containerName: attributes.name ?? '',
  };
}
