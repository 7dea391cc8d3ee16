import type { ContainerIdentity, EndpointPhase } from './network.ts';
import type { NetworkNotes } from './network-notes.ts';
import type { NetworkObservation } from './network-observation.ts';
import type { NetworkRecord } from './network-record.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { Treatments } from './treatments.ts';

/**
 * How far the flows of a port's policy are. `awaited`: Faucet is to be told of the port, or has been; the pool waits for
 * the flows. `lost`: the same, but Faucet considers them installed: they return only when the port is removed from
 * Faucet and added again. `edited`: its ACLs have changed in faucet.yaml, and the attempt that changed them waits for
 * the flows. `seen`: they are in the switch.
 */
export type FlowsPhase = 'awaited' | 'lost' | 'edited' | 'seen';

/**
 * A port that nobody can have. `building`: it has no veth yet. `dirty`: it is to get a fresh one, or to go. That its flows
 * are lost holds under a fresh veth, too.
 */
interface OffSwitch {
  readonly phase: 'building' | 'dirty';
  readonly flows: 'lost' | undefined;
  readonly endpoint: undefined;
  readonly held: false;
  readonly reason: undefined;
}

/** A port that nobody has. Its link is down once its flows have been seen. */
interface Free {
  readonly phase: 'free';
  readonly flows: Exclude<FlowsPhase, 'edited'>;
  readonly endpoint: undefined;
  readonly held: false;
  readonly reason: undefined;
}

/**
 * A port that is closed to its endpoint. `claimed`: its container is not attached yet. `pending`: something unavailable is
 * waited for. `refused`: its policy is wrong. `held`: its policy is not known yet; until then, its link may only be closed.
 */
interface Closed {
  readonly phase: 'claimed' | 'pending' | 'refused';
  readonly flows: FlowsPhase;
  readonly endpoint: AttachedEndpoint;
  readonly held: boolean;
  readonly reason: string | undefined;
}

/** A port whose link is going up for its endpoint. `reason`: why it was closed. */
interface Opening {
  readonly phase: 'opening';
  readonly flows: 'seen';
  readonly endpoint: AttachedEndpoint;
  readonly held: false;
  readonly reason: string | undefined;
}

/** A port that is open to its endpoint. `held`: it is being closed. */
interface Open {
  readonly phase: 'open';
  readonly flows: FlowsPhase;
  readonly endpoint: AttachedEndpoint;
  readonly held: boolean;
  readonly reason: undefined;
}

/** A port whose container has left. */
interface Left {
  readonly phase: 'left';
  readonly flows: FlowsPhase;
  readonly endpoint: AttachedEndpoint;
  readonly held: true;
  readonly reason: string | undefined;
}

/** The state of a port. `reason`: why it is closed. */
export type PortLife = OffSwitch | Free | Closed | Opening | Open | Left;

/** What a port is made of, and what it is to let through. */
export interface PortBody {
  readonly ofPort: number;
  /** Host end of the veth, which is the OVS port. */
  readonly hostLink: string;
  /** Container end of the veth. */
  readonly peerLink: string;
  /** Whether the container's end offloads segmentation and checksums. Undefined if this is not recorded. */
  readonly txOffload: boolean | undefined;
  /** The ACLs in faucet.yaml, or those that it will have after the current edit. */
  readonly acls: readonly string[];
  /** What else is to be done to its traffic, if its network can. */
  readonly treatments: Treatments;
  readonly freedAt: number;
  /** The work in progress on the port's link. It must be awaited before the link is opened or closed. */
  readonly closing: Promise<void>;
  /**
   * Number of the current attempt to have its policy in force. Whatever puts an end to an attempt raises it. An answer
   * brings the number back under which it was asked for: under an earlier one it is about something that is over.
   */
  readonly attempt: number;
}

/** A port of the pool. Only `tellPort` changes it, by what happens to it (`port-life.ts`). */
export type Port = PortBody & PortLife;

/** A port that is closed to its endpoint, whose container has not left. */
export type ClosedPort = PortBody & Closed;

/** A port with an endpoint. */
export type TakenPort = PortBody & (Closed | Opening | Open | Left);

/** Why the link of a container is not as it was created. */
export interface LinkTrouble {
  /** A description that follows the container's name: `has lost its interface`. */
  readonly what: string;
  /** Whether no traffic passes. */
  readonly isCut: boolean;
}

/** An endpoint on its port. */
export interface AttachedEndpoint {
  readonly id: string;
  readonly createdAt: number;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  readonly macGiven: boolean;
  /** The interface name that is requested inside the container. */
  readonly wantedLink?: string | undefined;
  mac: string | undefined;
  container: ContainerIdentity | undefined;
  containerLink: string | undefined;
  /** What someone else has done to its link. Undefined if nothing is known. Never recorded. */
  trouble?: LinkTrouble | undefined;
}

/** One of our networks: four things, each with a type of its own, and its ports. */
export interface AttachedNetwork {
  /** What never changes. */
  readonly spec: NetworkSpec;
  /** What OVSDB keeps and can change. */
  readonly record: NetworkRecord;
  /** What was last seen of it. */
  readonly observation: NetworkObservation;
  /** What people are told. */
  readonly notes: NetworkNotes;
  /** Aborted when the network's deletion begins. Nothing is built after that. */
  readonly life: AbortController;
  readonly ports: Map<number, Port>;
}

/** Returns the network of a bridge. */
export function networkOn(
  networks: readonly AttachedNetwork[],
  bridge: string,
): AttachedNetwork | undefined {
  return networks.find(({ spec }) => spec.bridge === bridge);
}

/** Returns the ports with an endpoint. */
export function takenPorts(network: AttachedNetwork): TakenPort[] {
  return [...network.ports.values()].filter((port) => port.endpoint !== undefined);
}

/** Returns the port of an endpoint. */
export function portOfEndpoint(
  network: AttachedNetwork,
  endpointId: string,
): TakenPort | undefined {
  return takenPorts(network).find((port) => port.endpoint.id === endpointId);
}

/** Returns the ports that can be assigned at once. A port with a treatment is not assigned to another container. */
export function freePorts(network: AttachedNetwork): Port[] {
  return [...network.ports.values()].filter(
    (port) => port.phase === 'free' && port.flows === 'seen' && port.treatments.size === 0,
  );
}

/** Returns whether the pool has done its part for a port: Faucet has it. */
export function isReady({ flows }: Port): boolean {
  return flows === 'seen' || flows === 'edited';
}

/** Returns whether the pool is yet to do its part for a port that is on the switch. */
export function lacksFlows({ flows }: Port): boolean {
  return flows === 'awaited' || flows === 'lost';
}

/**
 * Returns whether the pool may do its part now: not before it is known under which policy, and an open port that has lost
 * its flows is closed first.
 */
export function isWarming(port: Port): boolean {
  if (isOffSwitch(port) || port.held) return false;
  return lacksFlows(port) && !(port.phase === 'open' && port.flows === 'lost');
}

/** Returns whether a port has no veth on the switch that anybody could get. */
export function isOffSwitch(port: Port): port is PortBody & OffSwitch {
  return port.phase === 'building' || port.phase === 'dirty';
}

/** Returns whether a port is open to this endpoint. */
export function isOpenTo(port: Port, endpoint: AttachedEndpoint): boolean {
  return port.phase === 'open' && port.endpoint === endpoint;
}

/** Returns whether the flows of a port have been seen in this attempt. */
export function isProven({ attempt, flows }: Port, of: number): boolean {
  return attempt === of && flows === 'seen';
}

/** Returns what people and records call the phase of the endpoint on a port. */
export function endpointPhase({ phase, reason }: TakenPort): EndpointPhase {
  if (phase === 'opening') return reason === undefined ? 'created' : 'pending';
  return phase === 'claimed' ? 'created' : phase;
}
