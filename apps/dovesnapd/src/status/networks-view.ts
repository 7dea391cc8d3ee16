import { formatAclChoice } from '../domain/acl-choice.ts';
import type { BridgeLink, Endpoint, ExternalPort, NetworkView } from '../domain/network.ts';
import { treatmentsOn } from '../domain/network-feature.ts';
import { formatAddedPorts } from '../domain/parse-added-ports.ts';
import { shownTreatments, type Treatment } from '../domain/treatments.ts';

/** One network as `/networks` shows it: the Go driver's fields, then ours. bigint fields are bare numbers in the JSON. */
export type NetworkJson = Readonly<Record<string, unknown>>;

/** All networks by Docker's id, in the shape that dashboards made for the Go driver read. */
export function networksView(
  networks: readonly NetworkView[],
  shortEngineId: string,
): Readonly<Record<string, NetworkJson>> {
  return Object.fromEntries(
    networks.map((view) => [view.spec.id, networkJson(view, shortEngineId)]),
  );
}

/** One network as `/networks` and the events of `/events` show it. */
export function networkJson(view: NetworkView, shortEngineId: string): NetworkJson {
  const { spec } = view;
  const treatments = treatmentsOn(spec);
  const [gateway, gatewayMask] = (spec.subnets.find((one) => one.gateway)?.gateway ?? '/').split(
    '/',
  );
  return {
    NetworkName: view.name ?? '',
    BridgeName: spec.bridge,
    BridgeDpid: spec.dpidText ?? `0x${spec.dpid.toString(16)}`,
    BridgeDpidUint: spec.dpid,
    BridgeVLAN: spec.vlan,
    MTU: spec.mtu,
    PreAllocatePorts: spec.preallocatePorts ?? 0,
    Mode: spec.mode,
    AddPorts: formatAddedPorts(spec.addedPorts, 'untagged'),
    AddCoproPorts: formatAddedPorts(spec.addedPorts, 'coprocessor'),
    Gateway: gateway,
    GatewayMask: gatewayMask,
    FlatBindInterface: spec.boundInterface ?? '',
    UseDHCP: false,
    Userspace: spec.userspace,
    NATAcl: formatAclChoice(spec.natAcl),
    VLANOutAcl: formatAclChoice(spec.vlanOutAcl),
    DefaultAcl: formatAclChoice(spec.defaultAcl),
    OvsLocalMac: spec.localMac ?? '',
    Controller: spec.controllers.join(','),
    DynamicNetworkStates: {
      ShortEngineId: shortEngineId,
      Containers: Object.fromEntries(
        view.endpoints.flatMap((endpoint) => containerEntry(endpoint, treatments)),
      ),
      ExternalPorts: Object.fromEntries(
        view.externalPorts.map((port) => externalPortEntry(port, treatments)),
      ),
      OtherBridgePorts: Object.fromEntries(view.bridgeLinks.map(bridgeLinkEntry)),
    },
    NetworkId: spec.id,
    Icc: !spec.isolated,
    Endpoints: Object.fromEntries(
      view.endpoints.map((endpoint) => [endpoint.id, endpointJson(endpoint, treatments)]),
    ),
    FreePorts: view.freePorts,
    FreePlainPorts: view.freePlainPorts,
    TotalPorts: view.totalPorts,
    AclProblems: Object.fromEntries(view.aclTroubles.map(({ acl, problem }) => [acl, problem])),
    Notes: view.notes,
  };
}

function externalPortEntry(port: ExternalPort, known: readonly Treatment[]): [string, NetworkJson] {
  const fields = {
    Name: port.name,
    OFPort: port.ofPort,
    MacAddress: port.mac,
    Kind: port.kind,
    VirtualMachine: port.machine ?? '',
    Vlan: port.vlan,
    Acl: port.acls.join(','),
    ...shownTreatments(
      known.filter(({ onRows }) => onRows),
      port.treatments,
    ),
    State: port.closed === undefined ? 'open' : 'closed',
    Reason: port.closed ?? '',
  };
  return [port.name, fields];
}

function bridgeLinkEntry({ name, ofPort, peer, closed }: BridgeLink): [string, NetworkJson] {
  const fields = {
    Name: name,
    PeerName: peer.port,
    OFPort: ofPort,
    PeerOFPort: peer.ofPort ?? 0,
    PeerBridgeName: peer.bridge,
    State: closed === undefined ? 'open' : 'closed',
    Reason: closed ?? '',
  };
  return [name, fields];
}

function containerEntry(endpoint: Endpoint, known: readonly Treatment[]): [string, NetworkJson][] {
  if (endpoint.container === undefined) return [];
  const { id, name, labels } = endpoint.container;
  const fields = {
    Name: `/${name}`,
    Id: id,
    OFPort: endpoint.ofPort,
    MacAddress: endpoint.mac ?? '',
    HostIP: addressOf(endpoint),
    Labels: labels,
    IfName: endpoint.containerLink ?? '',
    EndpointId: endpoint.id,
    State: endpoint.phase,
    Reason: endpoint.reason ?? '',
    Acl: endpoint.acls.join(','),
    ...shownTreatments(known, endpoint.treatments),
  };
  return [[id, fields]];
}

/** Endpoints whose container is not known yet are to be seen here only. */
function endpointJson(endpoint: Endpoint, known: readonly Treatment[]): NetworkJson {
  return {
    ContainerId: endpoint.container?.id ?? '',
    OFPort: endpoint.ofPort,
    HostIfName: endpoint.hostLink,
    MacAddress: endpoint.mac ?? '',
    HostIP: addressOf(endpoint),
    State: endpoint.phase,
    Reason: endpoint.reason ?? '',
    Acl: endpoint.acls.join(','),
    ...shownTreatments(known, endpoint.treatments),
    CreatedAt: endpoint.createdAt,
  };
}

function addressOf(endpoint: Endpoint): string {
  return (endpoint.ipv4 ?? endpoint.ipv6 ?? '').split('/', 1)[0] ?? '';
}
