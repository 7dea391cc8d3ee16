import type { SwitchState } from '@dovesnap/ovs';
import {
  type AttachedNetwork,
  isReady,
  isWarming,
  type Port,
} from '../../domain/attached-network.ts';
import { defaultAcls } from '../policy/default-acls.ts';
import { brokenPorts } from './broken-ports.ts';
import { shortage } from './pool-choice.ts';

/** What there is to do about the ports of a network. A port is in one list at most. */
export interface PoolPlan {
  /** How many ports to add. */
  readonly add: number;
  /** Ports that get a fresh veth under their old number. */
  readonly rebuild: readonly Port[];
  /** Ports that go for good: nobody is to get one with a treatment for having its number. */
  readonly retire: readonly Port[];
  /** Ports whose flows are to be seen. */
  readonly settle: readonly Port[];
  /** Whether no port lacks anything, busy ones included. */
  readonly isDone: boolean;
}

/** What is known of the work on a network's ports. */
export interface PoolFacts {
  /** How many endpoints wait for a port. */
  readonly waiting: number;
  /** Whether the flows of a port are waited for already. */
  readonly isSettling: (port: Port) => boolean;
  /** Whether the ACLs of a port are being taken off: nobody else touches it meanwhile. */
  readonly isLosingAcls: (port: Port) => boolean;
}

/** Plans what there is to do about the ports of a network. */
export function planPool(
  network: AttachedNetwork,
  { waiting, isSettling, isLosingAcls }: PoolFacts,
): PoolPlan {
  const ports = [...network.ports.values()];
  const dirty = ports.filter((port) => port.phase === 'dirty' && !isLosingAcls(port));
  return {
    add: shortage(network, waiting, defaultAcls(network)),
    rebuild: dirty.filter(({ treatments }) => treatments.size === 0),
    retire: dirty.filter(({ treatments }) => treatments.size > 0),
    settle: ports.filter((port) => isWarming(port) && !isSettling(port)),
    isDone: ports.every(isReady),
  };
}

/**
 * Free ports that nobody may get: those whose device is broken, and those with a treatment, which a daemon that was cut off
 * has left.
 */
export function unfitPorts(network: AttachedNetwork, state: SwitchState): Port[] {
  const treated = [...network.ports.values()].filter(
    ({ phase, treatments }) => phase === 'free' && treatments.size > 0,
  );
  return [...new Set([...brokenPorts(network, state), ...treated])];
}

/** Of ports whose numbers are somebody else's, those that can be given up: no endpoint has them. */
export function portsToForgo(ports: readonly Port[]): Port[] {
  return ports.filter(({ endpoint }) => endpoint === undefined);
}
