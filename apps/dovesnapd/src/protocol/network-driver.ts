/** Addresses of one pool in a CreateNetwork request. */
export interface IpamData {
  readonly AddressSpace?: string | undefined;
  readonly Pool: string;
  readonly Gateway?: string | undefined;
  readonly AuxAddresses?: Readonly<Record<string, string>> | undefined;
}

/**
 * `NetworkDriver.GwAllocCheck`, before CreateNetwork. Engines from 28 on send it to drivers with the capability for it.
 */
export interface CheckGatewayRequest {
  readonly Options: Readonly<Record<string, unknown>>;
}

/** Reply to GwAllocCheck: whether the engine must not reserve an address for a gateway that was not given. */
export interface CheckGatewayReply {
  readonly SkipIPv4: boolean;
  readonly SkipIPv6: boolean;
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

/** `NetworkDriver.CreateEndpoint`. Missing texts arrive as empty. */
export interface CreateEndpointRequest extends EndpointRequest {
  readonly Interface: {
    readonly Address: string;
    readonly AddressIPv6: string;
    readonly MacAddress: string;
  };
  readonly Options: Readonly<Record<string, unknown>>;
}

/** Reply to CreateEndpoint. Only fields that the request left empty may be set. */
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

/** Reply to Join. */
export interface JoinReply {
  readonly InterfaceName: {
    readonly SrcName: string;
    readonly DstPrefix: string;
    /** The full interface name. Engines before 29.8 ignore it. */
    readonly DstName?: string;
  };
  readonly Gateway?: string;
  readonly GatewayIPv6?: string;
  readonly StaticRoutes?: readonly {
    readonly Destination: string;
    readonly RouteType: 0 | 1;
    readonly NextHop?: string;
  }[];
  readonly DisableGatewayService?: boolean;
}

/**
 * The calls of Docker's remote network driver protocol that have an effect. Each may throw DovesnapError; the user sees
 * its message. When the signal fires, the call has to end: a second later it is answered with the reason of the signal.
 */
export interface NetworkDriver {
  checkGateway(request: CheckGatewayRequest, signal: AbortSignal): Promise<CheckGatewayReply>;
  createNetwork(request: CreateNetworkRequest, signal: AbortSignal): Promise<void>;
  deleteNetwork(request: NetworkRequest, signal: AbortSignal): Promise<void>;
  createEndpoint(request: CreateEndpointRequest, signal: AbortSignal): Promise<CreateEndpointReply>;
  deleteEndpoint(request: EndpointRequest, signal: AbortSignal): Promise<void>;
  join(request: JoinRequest, signal: AbortSignal): Promise<JoinReply>;
  leave(request: EndpointRequest, signal: AbortSignal): Promise<void>;
  endpointInfo(
    request: EndpointRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;
  programExternalConnectivity(request: JoinRequest, signal: AbortSignal): Promise<void>;
  revokeExternalConnectivity(request: EndpointRequest, signal: AbortSignal): Promise<void>;
}
