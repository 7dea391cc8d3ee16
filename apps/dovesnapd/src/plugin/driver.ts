import type { Wait } from '@dovesnap/ovs';

/** Addresses of one pool in a CreateNetwork request. */
export interface IpamData {
  readonly AddressSpace?: string | undefined;
  readonly Pool: string;
  readonly Gateway?: string | undefined;
  readonly AuxAddresses?: Readonly<Record<string, string>> | undefined;
}

/** `NetworkDriver.CreateNetwork`. */
export interface CreateNetworkRequest {
  readonly NetworkID: string;
  readonly Options: Readonly<Record<string, unknown>>;
  readonly IPv4Data: readonly IpamData[];
  readonly IPv6Data: readonly IpamData[];
}

/** `NetworkDriver.DeleteNetwork`. */
export interface NetworkRequest {
  readonly NetworkID: string;
}

/** `NetworkDriver.Leave`, `DeleteEndpoint`, `EndpointOperInfo`, `RevokeExternalConnectivity`. */
export interface EndpointRequest {
  readonly NetworkID: string;
  readonly EndpointID: string;
}

/** `NetworkDriver.CreateEndpoint`. Absent texts arrive as empty. */
export interface CreateEndpointRequest extends EndpointRequest {
  readonly Interface: {
    readonly Address: string;
    readonly AddressIPv6: string;
    readonly MacAddress: string;
  };
  readonly Options: Readonly<Record<string, unknown>>;
}

/** What CreateEndpoint answers: only what the request left empty may be filled. */
export interface CreateEndpointReply {
  readonly Interface?: {
    readonly Address?: string;
    readonly AddressIPv6?: string;
    readonly MacAddress?: string;
  };
}

/** `NetworkDriver.Join`. */
export interface JoinRequest extends EndpointRequest {
  readonly SandboxKey: string;
  readonly Options: Readonly<Record<string, unknown>>;
}

/** What Join answers. */
export interface JoinReply {
  readonly InterfaceName: { readonly SrcName: string; readonly DstPrefix: string };
  readonly Gateway?: string;
  readonly GatewayIPv6?: string;
  readonly StaticRoutes?: readonly {
    readonly Destination: string;
    readonly RouteType: 0 | 1;
    readonly NextHop?: string;
  }[];
  readonly DisableGatewayService?: boolean;
}

/** The calls of Docker's remote network driver protocol that do something. Each may throw DovesnapError: its message is what the user sees. */
export interface NetworkDriver {
  createNetwork(request: CreateNetworkRequest, wait: Wait): Promise<void>;
  deleteNetwork(request: NetworkRequest, wait: Wait): Promise<void>;
  createEndpoint(request: CreateEndpointRequest, wait: Wait): Promise<CreateEndpointReply>;
  deleteEndpoint(request: EndpointRequest, wait: Wait): Promise<void>;
  join(request: JoinRequest, wait: Wait): Promise<JoinReply>;
  leave(request: EndpointRequest, wait: Wait): Promise<void>;
  endpointInfo(request: EndpointRequest, wait: Wait): Promise<Readonly<Record<string, unknown>>>;
  programExternalConnectivity(request: JoinRequest, wait: Wait): Promise<void>;
  revokeExternalConnectivity(request: EndpointRequest, wait: Wait): Promise<void>;
}
