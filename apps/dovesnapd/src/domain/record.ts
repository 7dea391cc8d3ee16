import type { StringMap } from '@dovesnap/ovs';
import type { Endpoint } from './network.ts';
import type { GatewayBefore, NetworkRecord } from './network-record.ts';
import type { TakenDevice } from './other-ports.ts';
import {
  formatTreatments,
  parseTreatments,
  type Treatment,
  type Treatments,
} from './treatments.ts';

/** Keys of `external_ids` that contain our records. */
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
  freed: 'dovesnap.freed',
  dirty: 'dovesnap.dirty',
  txOffload: 'dovesnap.tx_offload',
  endpoint: 'dovesnap.endpoint',
} as const;

/** The record of a network in its Bridge row: what can change of it, and what of its specification is needed again. */
export interface BridgeRecord extends Omit<NetworkRecord, 'blocked'> {
  readonly engineId: string;
  readonly networkId: string;
  /** The CreateNetwork request as JSON. */
  readonly request: string;
  readonly createdAt: number;
  /** Undefined in older records, which do not have it. */
  readonly mtu: number | undefined;
  /** Names of the blocked ports. */
  readonly blocked: readonly string[];
}

/** The record of a port in its Interface row. */
export interface PortRecord {
  readonly engineId: string;
  readonly networkId: string;
  readonly acls: readonly string[];
  readonly treatments: Treatments;
  /** When its last endpoint left. 0 if it had none. */
  readonly freedAt: number;
  /** Whether it is to get a fresh veth before anybody else has it, because a container that has left had this one. */
  readonly dirty: boolean;
  /** Whether the container's end offloads segmentation and checksums. Undefined if this is not known. */
  readonly txOffload: boolean | undefined;
  readonly endpoint: EndpointRecord | undefined;
}

/** The recorded fields of an endpoint: all except its location, which the row itself gives. */
export type EndpointRecord = Omit<
  Endpoint,
  'networkId' | 'ofPort' | 'hostLink' | 'acls' | 'treatments'
>;

/** Changes of `external_ids`. Null removes a key. */
export type RecordChange = Readonly<Record<string, string | null>>;

/** Formats the mark of a row that is ours, with the network it belongs to. */
export function formatMark(engineId: string, networkId: string): StringMap {
  return { [key.engine]: engineId, [key.network]: networkId };
}

/** Returns whether a row belongs to us or to another dovesnap. */
export function carriesOurMark(ids: StringMap): boolean {
  return ids[key.network] !== undefined;
}

/** Formats a network's record. */
export function formatBridgeRecord(record: BridgeRecord): StringMap {
  return {
    [key.engine]: record.engineId,
    [key.network]: record.networkId,
    [key.request]: record.request,
    [key.created]: String(record.createdAt),
    [key.inFaucet]: JSON.stringify([...record.inFaucet]),
    ...formatTaken(record.taken),
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

/** Parses a network's record. Undefined if the row does not carry our mark, or if someone has damaged the record. */
export function parseBridgeRecord(ids: StringMap): BridgeRecord | undefined {
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
      taken: parseTaken(ids),
      blocked: parsed<string[]>(ids[key.blocked]) ?? [],
    };
  } catch {
    return undefined;
  }
}

/** Formats what host interfaces were before one of our bridges took them over. */
export function formatTaken(taken: ReadonlyMap<string, TakenDevice>): StringMap {
  return { [key.taken]: JSON.stringify([...taken]) };
}

/** Parses {@link formatTaken}. @throws SyntaxError. */
export function parseTaken(ids: StringMap): Map<string, TakenDevice> {
  return new Map(parsed<[string, TakenDevice][]>(ids[key.taken]));
}

/** Parses JSON. @throws SyntaxError. */
function parsed<Value>(text: string | undefined): Value | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Value);
}

/** Formats a port's record. `known`: the treatments of its network. */
export function formatPortRecord(record: PortRecord, known: readonly Treatment[]): StringMap {
  return {
    [key.engine]: record.engineId,
    [key.network]: record.networkId,
    [key.acls]: record.acls.join(','),
    [key.freed]: String(record.freedAt),
    ...(record.dirty ? { [key.dirty]: 'true' } : {}),
    ...(record.txOffload === undefined ? {} : { [key.txOffload]: String(record.txOffload) }),
    ...presentIn(formatTreatments(known, record.treatments)),
    ...(record.endpoint === undefined ? {} : { [key.endpoint]: JSON.stringify(record.endpoint) }),
  };
}

function presentIn(change: RecordChange): StringMap {
  return Object.fromEntries(
    Object.entries(change).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** Returns the change that replaces a port's older record. */
export function changePortRecord(record: PortRecord, known: readonly Treatment[]): RecordChange {
  const treatments = formatTreatments(known, record.treatments);
  const none = { [key.endpoint]: null, [key.dirty]: null };
  return { ...none, ...formatPortRecord(record, known), ...treatments };
}

/** Returns whether a port's record has an endpoint. */
export function remembersEndpoint(ids: StringMap): boolean {
  return ids[key.endpoint] !== undefined;
}

/** Parses a port's record. Undefined if the row does not carry our mark, or if someone has damaged the record. */
export function parsePortRecord(
  ids: StringMap,
  known: readonly Treatment[],
): PortRecord | undefined {
  const networkId = ids[key.network];
  const engineId = ids[key.engine];
  const acls = ids[key.acls];
  if (networkId === undefined || engineId === undefined || acls === undefined) return undefined;
  try {
    return {
      engineId,
      networkId,
      acls: acls === '' ? [] : acls.split(','),
      treatments: parseTreatments(known, ids),
      freedAt: Number(ids[key.freed] ?? 0),
      dirty: ids[key.dirty] === 'true',
      txOffload: ids[key.txOffload] === undefined ? undefined : ids[key.txOffload] === 'true',
      endpoint: parsed<EndpointRecord>(ids[key.endpoint]),
    };
  } catch {
    return undefined;
  }
}
