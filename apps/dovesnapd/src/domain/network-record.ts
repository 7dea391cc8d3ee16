import type { YamlValue } from '@dovesnap/faucet-config';
import type { TakenDevice } from './other-ports.ts';

/**
 * What faucet.yaml had for the gateway's interface before we changed it. `nothing` if there was no interface. If an
 * operator had declared it, the keys that we have set with their previous values; null for a key that was missing.
 */
export type GatewayBefore = 'nothing' | { readonly [key: string]: YamlValue };

/**
 * What OVSDB keeps about a network and can change. Only the functions of this file change it; the next commit of the
 * network writes it to the bridge's row.
 */
export interface NetworkRecord {
  /** Docker's name. Undefined until it is known. */
  readonly name: string | undefined;
  /** On a flat network, whether the user gave the gateway. Undefined if this is not known. */
  readonly gatewayGiven: boolean | undefined;
  /** Undefined until something has been written about the gateway. */
  readonly gatewayBefore: GatewayBefore | undefined;
  /** Maps numbers to the names of ports without a container for which faucet.yaml has, or may have, an interface. */
  readonly inFaucet: ReadonlyMap<number, string>;
  /** Host interfaces as they were before the network took them over, by name. */
  readonly taken: ReadonlyMap<string, TakenDevice>;
  /** Blocked ports without a container, by name, with the reason, which OVSDB does not keep. */
  readonly blocked: ReadonlyMap<string, string>;
}

/** Makes the record of a network about which nothing is known. */
export function emptyRecord(): NetworkRecord {
  return {
    name: undefined,
    gatewayGiven: undefined,
    gatewayBefore: undefined,
    inFaucet: new Map(),
    taken: new Map(),
    blocked: new Map(),
  };
}

/** Records the name that Docker has told. */
export function recordName(record: NetworkRecord, name: string): void {
  change(record, { name });
}

/** Records whether the user gave the gateway of a flat network. */
export function recordGatewayGiven(record: NetworkRecord, gatewayGiven: boolean): void {
  change(record, { gatewayGiven });
}

/** Records what faucet.yaml had for the gateway's interface before us. */
export function recordGatewayBefore(
  record: NetworkRecord,
  gatewayBefore: GatewayBefore | undefined,
): void {
  change(record, { gatewayBefore });
}

/** Records ports without a container that faucet.yaml is about to have, by number. */
export function recordNumbers(
  record: NetworkRecord,
  ports: readonly { readonly ofPort: number; readonly name: string }[],
): void {
  const added = ports.map(({ ofPort, name }) => [ofPort, name] as const);
  change(record, { inFaucet: new Map([...record.inFaucet, ...added]) });
}

/** Removes the numbers of ports that faucet.yaml no longer has. */
export function dropNumbers(record: NetworkRecord, numbers: readonly number[]): void {
  const kept = [...record.inFaucet].filter(([ofPort]) => !numbers.includes(ofPort));
  change(record, { inFaucet: new Map(kept) });
}

/** Records a host interface that the network takes over, or what has changed of one that it has taken. */
export function recordTaken(record: NetworkRecord, name: string, device: TakenDevice): void {
  change(record, { taken: new Map(record.taken).set(name, device) });
}

/** Records blocked ports, by name, with the reason for each. */
export function recordBlocked(
  record: NetworkRecord,
  ports: readonly (readonly [name: string, why: string])[],
): void {
  change(record, { blocked: new Map([...record.blocked, ...ports]) });
}

/** Removes a port that is no longer blocked. */
export function dropBlocked(record: NetworkRecord, name: string): void {
  change(record, { blocked: new Map([...record.blocked].filter(([port]) => port !== name)) });
}

function change(record: NetworkRecord, changed: Partial<NetworkRecord>): void {
  Object.assign(record, changed);
}
