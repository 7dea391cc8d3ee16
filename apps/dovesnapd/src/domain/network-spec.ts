import type { RequestedSpec } from './network.ts';
import type { NetworkFeature } from './network-feature.ts';

/** What a network is. All of it is decided when the network is made, and none of it changes. */
export interface NetworkSpec
  extends Omit<RequestedSpec, 'dpid' | 'controllers' | 'mtu' | 'userspace'> {
  /** The engine that the network belongs to. Its rows carry this id, whichever engine answers later. */
  readonly engineId: string;
  /** Docker's CreateNetwork request as JSON. */
  readonly request: string;
  readonly createdAt: number;
  readonly dpid: bigint;
  /** As given. Undefined if it is derived. */
  readonly dpidText: string | undefined;
  readonly userspace: boolean;
  readonly mtu: number;
  readonly controllers: readonly string[];
  /** What features do to it, in the order in which they do it. What one has seen of its own part, it keeps itself. */
  readonly features: readonly NetworkFeature[];
}
