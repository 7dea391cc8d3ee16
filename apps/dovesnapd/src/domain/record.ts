import type { StringMap } from '@dovesnap/ovs';
import type { GatewayBefore } from './attached-network.ts';
import type { Endpoint } from './network.ts';
import type { TakenDevice } from './other-ports.ts';

/** Keys of `external_ids` that carry our records. */
const key = {
  engine: 'dovesnap.engine',
  network: 'dovesnap.network',
  name: 'dovesnap.name',
  request: 'dovesnap.request',
  gatewayGiven: 'dovesnap.gateway_given',
  created: 'dovesnap.created',
  mtu: 'dovesnap.mtu',
  inFaucet: 'dovesnap.in_faucet',
  gatewayBefore: 'dovesnap.gateway_before',
  taken: 'dovesnap.taken',
  blocked: 'dovesnap.blocked',
  acls: 'dovesnap.acls',
  mirrored: 'dovesnap.mirrored',
  mirror: 'dovesnap.mirror_of',
  freed: 'dovesnap.freed',
  txOffload: 'dovesnap.tx_offload',
  endpoint: 'dovesnap.endpoint',
} as const;

/** What a Bridge row remembers of its network. */
export interface NetworkRecord {
  readonly engineId: string;
  readonly networkId: string;
  readonly name: string | undefined;
  /** The CreateNetwork request, as JSON. */
  readonly request: string;
  /** Flat networks: whether the user gave the gateway; undefined when it cannot be told. */
  readonly gatewayGiven: boolean | undefined;
  readonly createdAt: number;
  /** Undefined in records of before it was kept. */
  readonly mtu: number | undefined;
  /** Numbers and names of ports, not of containers, that faucet.yaml has interfaces of ours for. */
  readonly inFaucet: ReadonlyMap<number, string>;
  /** What faucet.yaml said of the gateway's interface before us; undefined when nothing has been written about it. */
  readonly gatewayBefore: GatewayBefore | undefined;
  /** What host interfaces were before the network took them, by name. */
  readonly taken: ReadonlyMap<string, TakenDevice>;
  /** Names of the ports that are blocked. */
  readonly blocked: readonly string[];
}

/** What an Interface row remembers of its port. */
export interface PortRecord {
  readonly engineId: string;
  readonly networkId: string;
  readonly acls: readonly string[];
  readonly mirrored: boolean;
  /** When its last endpoint left; 0: it had none. */
  readonly freedAt: number;
  /** Whether the container's end leaves segments and checksums to what is behind it; undefined: it is not known. */
  readonly txOffload: boolean | undefined;
  readonly endpoint: EndpointRecord | undefined;
}

/** What is kept of an endpoint: all but where it is, which the row itself says. */
export type EndpointRecord = Omit<
  Endpoint,
  'networkId' | 'ofPort' | 'hostLink' | 'acls' | 'mirrored'
>;

/** Changes of `external_ids`: null takes a key away. */
export type RecordChange = Readonly<Record<string, string | null>>;

/** Writes the mark of a row that is ours, and of the network it belongs to. */
export function formatMark(engineId: string, networkId: string): StringMap {
  return { [key.engine]: engineId, [key.network]: networkId };
}

/** Whether a row is ours, or another dovesnap's. */
export function carriesOurMark(ids: StringMap): boolean {
  return ids[key.network] !== undefined;
}

/** Writes a network's record. */
export function formatNetworkRecord(record: NetworkRecord): StringMap {
  return {
    [key.engine]: record.engineId,
    [key.network]: record.networkId,
    [key.request]: record.request,
    [key.created]: String(record.createdAt),
    [key.inFaucet]: JSON.stringify([...record.inFaucet]),
    [key.taken]: JSON.stringify([...record.taken]),
    ...(record.mtu === undefined ? {} : { [key.mtu]: String(record.mtu) }),
    [key.blocked]: JSON.stringify(record.blocked),
    ...(record.name === undefined ? {} : { [key.name]: record.name }),
    ...(record.gatewayBefore === undefined
      ? {}
      : { [key.gatewayBefore]: JSON.stringify(record.gatewayBefore) }),
    ...(record.gatewayGiven === undefined
      ? {}
      : { [key.gatewayGiven]: String(record.gatewayGiven) }),
  };
}

/** Reads a network's record; undefined when the row does not carry our mark, or somebody has spoilt what it says. */
export function parseNetworkRecord(ids: StringMap): NetworkRecord | undefined {
  const networkId = ids[key.network];
  const request = ids[key.request];
  const engineId = ids[key.engine];
  if (networkId === undefined || request === undefined || engineId === undefined) return undefined;
  const given = ids[key.gatewayGiven];
  try {
    JSON.parse(request);
    return {
      engineId,
      networkId,
      request,
      name: ids[key.name],
      gatewayGiven: given === undefined ? undefined : given === 'true',
      createdAt: Number(ids[key.created] ?? 0),
      mtu: ids[key.mtu] === undefined ? undefined : Number(ids[key.mtu]),
      gatewayBefore: parsed<GatewayBefore>(ids[key.gatewayBefore]),
      inFaucet: new Map(parsed<[number, string][]>(ids[key.inFaucet])),
      taken: new Map(parsed<[string, TakenDevice][]>(ids[key.taken])),
      blocked: parsed<string[]>(ids[key.blocked]) ?? [],
    };
  } catch {
    return undefined;
  }
}

/** @throws SyntaxError. */
function parsed<Value>(text: string | undefined): Value | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Value);
}

/** Writes a port's record. */
export function formatPortRecord(record: PortRecord): StringMap {
  return {
    [key.engine]: record.engineId,
    [key.network]: record.networkId,
    [key.acls]: record.acls.join(','),
    [key.freed]: String(record.freedAt),
    ...(record.txOffload === undefined ? {} : { [key.txOffload]: String(record.txOffload) }),
    ...(record.mirrored ? { [key.mirrored]: 'true' } : {}),
    ...(record.endpoint === undefined ? {} : { [key.endpoint]: JSON.stringify(record.endpoint) }),
  };
}

/** The change that puts a port's record in place of an older one. */
export function changePortRecord(record: PortRecord): RecordChange {
  return { [key.endpoint]: null, [key.mirrored]: null, ...formatPortRecord(record) };
}

/** The change that takes the endpoint out of a port's record. */
export const endpointLeft: RecordChange = { [key.endpoint]: null };

/** Reads a port's record; undefined when the row does not carry our mark, or somebody has spoilt what it says. */
export function parsePortRecord(ids: StringMap): PortRecord | undefined {
  const networkId = ids[key.network];
  const engineId = ids[key.engine];
  const acls = ids[key.acls];
  if (networkId === undefined || engineId === undefined || acls === undefined) return undefined;
  try {
    return {
      engineId,
      networkId,
      acls: acls === '' ? [] : acls.split(','),
      mirrored: ids[key.mirrored] === 'true',
      freedAt: Number(ids[key.freed] ?? 0),
      txOffload: ids[key.txOffload] === undefined ? undefined : ids[key.txOffload] === 'true',
      endpoint: parsed<EndpointRecord>(ids[key.endpoint]),
    };
  } catch {
    return undefined;
  }
}

/** Writes the record of a mirror bridge: whose it is, and what the interface was before it took it. */
export function formatMirrorRecord(
  engineId: string,
  taken: ReadonlyMap<string, TakenDevice>,
): StringMap {
  return { [key.mirror]: engineId, [key.taken]: JSON.stringify([...taken]) };
}

/** Reads the record of a mirror bridge; undefined when the row is none of ours. */
export function parseMirrorRecord(
  ids: StringMap,
): { readonly engineId: string; readonly taken: Map<string, TakenDevice> } | undefined {
  const engineId = ids[key.mirror];
  if (engineId === undefined) return undefined;
  const taken = new Map(JSON.parse(ids[key.taken] ?? '[]') as [string, TakenDevice][]);
  return { engineId, taken };
}
