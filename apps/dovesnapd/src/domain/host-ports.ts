import type { Link, Route } from '@dovesnap/netns';
import type { NetworkRecord } from './network-record.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { AddedPort } from './parse-added-ports.ts';

/** A host interface that a feature puts on the bridge of a network. */
export interface HostPort extends AddedPort {
  /** The option that asks for it. */
  readonly option: string;
  /** Undefined if it is a port like others. */
  readonly uplink?: Uplink | undefined;
}

/**
 * What sets a host interface apart through which the host itself is on a network: what was on it is on the bridge's local
 * port, under its MAC. It has its place in Faucet before it is on the bridge, and is never blocked: it may be the only way
 * to the host.
 */
export interface Uplink {
  /** Why an interface of the host cannot be it; undefined if it can. Completes the sentence "accepted is ...". */
  readonly refusal: (link: Link, routes: readonly Route[]) => string | undefined;
  /** Whether it is to be on the bridge by now. */
  readonly isOnBridge: (record: NetworkRecord) => boolean;
}

type Featured = Pick<NetworkSpec, 'features'>;

/** Returns the host interfaces that belong to a network. */
export function hostPortsOf({ features }: Featured): readonly HostPort[] {
  return features.flatMap((feature) => feature.hostPorts ?? []);
}

/** Returns the uplink of a network. There is one at most. */
export function uplinkOf(spec: Featured): HostPort | undefined {
  return hostPortsOf(spec).find(({ uplink }) => uplink !== undefined);
}

/** Returns whether the network uses the bridge's local port, as its gateway or because the host itself is on it. */
export function usesLocalPort(spec: NetworkSpec): boolean {
  return spec.mode !== 'flat' || uplinkOf(spec) !== undefined;
}
