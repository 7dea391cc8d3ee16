import type { FaucetStore } from '@dovesnap/faucet-config';
import type { Firewall } from '@dovesnap/iptables-nat';
import type { Netns } from '@dovesnap/netns';
import type { FlowTracker, Ofctl } from '@dovesnap/ovs';
import type { Config } from '../../domain/config.ts';
import type { Clock, Docker, Machine, VirtualMachines } from '../../edges/edges.ts';
import type { Log } from '../../edges/log.ts';
import type { Failures } from './failures.ts';
import type { Retries } from './retries.ts';
import type { Switch } from './switch.ts';
import type { Turns } from './turns.ts';

/** Everything a service works through: made once, in `join-edges.ts`. */
export interface Parts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly machines: VirtualMachines;
  readonly docker: Docker;
  readonly ovs: Switch;
  readonly host: Netns;
  /** The namespace of a process, as of a container. */
  readonly inside: (pid: number) => Netns;
  readonly firewall: () => Promise<Firewall>;
  readonly faucet: FaucetStore;
  readonly ofctl: Ofctl;
  /** Follows the flows of a bridge; calls `onKnown` whenever all of them have become known. */
  readonly trackFlows: (bridge: string, onKnown: () => void) => FlowTracker;
  /** Work on one thing, one piece after another. */
  readonly turns: Turns;
  /** What has failed, and is to be tried again: `/readyz` shows it. */
  readonly failures: Failures;
  readonly retries: Retries;
  /** This engine's id; asks Docker once. */
  readonly engineId: () => Promise<string>;
  /** Fires when the daemon stops. */
  readonly signal: AbortSignal;
}
