import type { SwitchState } from '@dovesnap/ovs';
import {
  type AttachedEndpoint,
  type AttachedNetwork,
  freePorts,
  type Port,
} from '../../src/domain/attached-network.ts';
import { type PortEvent, tellPort } from '../../src/domain/port-life.ts';
import { planPool, unfitPorts } from '../../src/plan/pool/pool-plan.ts';

/** What a look at the switch has found: the policy whose flows a port had, and how often they were taken away before. */
export interface Look {
  readonly policy: string;
  readonly era: number;
}

/** What really is so of a port, which its life only hears of. */
export interface Truth {
  /** The policy whose flows the switch has for it. */
  flows: string | undefined;
  /** Raised by all that makes flows that were seen before worthless. */
  era: number;
  /** The look by which its flows were last taken for seen. */
  proof: Look | undefined;
  /** Whom its link is up for. */
  openTo: AttachedEndpoint | undefined;
  /** How often it was to be closed, or lost its endpoint: what was asked for before is over. */
  halts: number;
  /** Whether a container may have had its veth. */
  isWorn: boolean;
}

/** What an event comes from. */
export interface Source {
  /** The look at the switch that found the flows. */
  readonly look?: Look;
  /** How often its port had been halted when it was asked for. */
  readonly halts?: number;
}

/** Ports, what really is so of them, and who is on them. */
export interface PortWorld {
  readonly network: AttachedNetwork;
  /** Whether the network can give the treatments that are asked for. */
  readonly canTreat: boolean;
  readonly truths: Map<Port, Truth>;
  /** Endpoints that have been given a port and have not given it back. */
  readonly endpoints: Set<AttachedEndpoint>;
  /** Ports whose veths are being made. */
  readonly inTheMaking: Set<Port>;
}

/** The policy that the flows of a port are to have, and those of nothing that its network cannot give. */
export function policyOf({ canTreat }: PortWorld, { acls, treatments }: Port): string {
  return [...acls, ...(canTreat ? treatments : [])].join();
}

/** What really is so of a port. */
export function truthOf({ truths }: PortWorld, port: Port): Truth {
  const known = truths.get(port) ?? {
    ...{ flows: undefined, era: 0, proof: undefined, openTo: undefined, halts: 0, isWorn: false },
  };
  truths.set(port, known);
  return known;
}

/** What is known of the flows of a port that this happens to is worthless. */
const doubts: ReadonlySet<PortEvent['kind']> = new Set([
  ...(['made', 'relinked', 'policy-failed', 'withdrawn', 'doubted', 'flows-lost'] as const),
]);

/** With this, the switch does not have the flows of a port any more. */
const removals: ReadonlySet<PortEvent['kind']> = new Set([
  ...(['relinked', 'policy-failed', 'withdrawn', 'flows-lost'] as const),
]);

/** With this, whatever was asked for is over. */
const halting: ReadonlySet<PortEvent['kind']> = new Set([
  ...(['held', 'left', 'given-back', 'moved-out'] as const),
]);

/** Tells a port of a world an event, and what really follows. `wrong`: what must not be, undefined if all is well. */
export function tell(
  world: PortWorld,
  port: Port,
  event: PortEvent,
  source: Source = {},
): { readonly changed: boolean; readonly wrong: string | undefined } {
  const before = { ...port };
  if (!tellPort(port, event)) return { changed: false, wrong: undefined };
  const truth = truthOf(world, port);
  if (policyOf(world, before) !== policyOf(world, port) || doubts.has(event.kind)) truth.era += 1;
  if (removals.has(event.kind)) truth.flows = undefined;
  if (event.kind === 'flows-seen') truth.proof = source.look;
  if (event.kind === 'opening') truth.openTo = port.endpoint;
  // Whoever says that a port is held closes its link, and an opening that fails has not opened it.
  const isFailed = event.kind === 'set-aside' && before.phase === 'opening';
  if (event.kind === 'held' || isFailed) truth.openTo = undefined;
  if (event.kind === 'claimed') world.endpoints.add(event.endpoint);
  if (event.kind === 'given-back' && before.endpoint) world.endpoints.delete(before.endpoint);
  const isLate = source.halts !== undefined && source.halts !== truth.halts;
  const isWorn = truth.isWorn && event.kind === 'claimed';
  if (halting.has(event.kind)) truth.halts += 1;
  truth.isWorn = port.endpoint !== undefined || (truth.isWorn && event.kind !== 'relinked');
  if (event.kind === 'moved-out') truth.isWorn = false;
  const isProven = truth.proof?.policy === policyOf(world, port) && truth.proof.era === truth.era;
  const wrong = [
    ...(['flows-seen', 'opening', 'opened'].includes(event.kind) && !isProven
      ? [`${event.kind} without proof of the policy in force`]
      : []),
    ...(before.endpoint !== undefined && (event.kind === 'claimed' || event.kind === 'moved-in')
      ? ['given out twice']
      : []),
    ...(isLate ? [`a ${event.kind} that was asked for before its port was to be closed`] : []),
    ...(isWorn ? ['given out with the veth of another container'] : []),
    ...(event.kind === 'opened' && truth.openTo !== port.endpoint ? ['opened unasked'] : []),
  ][0];
  return { changed: true, wrong };
}

/** What must not be so of a world, between two events. */
export function wrongIn(world: PortWorld): string | undefined {
  const ports = [...world.network.ports.values()];
  const on = ports.flatMap(({ endpoint }) => endpoint ?? []);
  if (new Set(on).size !== on.length) return 'an endpoint is on two ports';
  if (on.length !== world.endpoints.size || on.some((one) => !world.endpoints.has(one))) {
    return 'an endpoint has lost its port, or is on one that it has given back';
  }
  return ports.map((port) => wrongOf(world, port)).find(Boolean) ?? lostOf(world, ports);
}

function wrongOf(world: PortWorld, port: Port): string | undefined {
  const { openTo, proof } = truthOf(world, port);
  const isOpen = port.phase === 'open' && !port.held;
  if (openTo === undefined)
    return isOpen ? `port ${port.ofPort} is open, its link down` : undefined;
  if (!isOpen && port.phase !== 'opening')
    return `port ${port.ofPort} is ${port.phase} and its link is up`;
  if (port.endpoint !== openTo) return `port ${port.ofPort} is open to another endpoint`;
  return proof?.policy === policyOf(world, port)
    ? undefined
    : `port ${port.ofPort} is open unproven`;
}

/** Each port is in use, can be given out, or has exactly one thing done to it by the pool. */
function lostOf(world: PortWorld, ports: readonly Port[]): string | undefined {
  const { network, inTheMaking } = world;
  const plan = planPool(network, {
    waiting: 0,
    isSettling: () => false,
    isLosingAcls: () => false,
  });
  const unfit = unfitPorts(network, { bridges: [] } as unknown as SwitchState);
  const settling = plan.settle.filter(({ endpoint }) => endpoint === undefined);
  const places = [
    ports.filter(({ endpoint }) => endpoint !== undefined),
    ports.filter((port) => port.phase === 'building' && inTheMaking.has(port)),
    freePorts(network),
    settling,
    unfit.filter((port) => !settling.includes(port)),
    plan.rebuild,
    plan.retire,
  ].flat();
  const counts = new Map<Port, number>();
  for (const port of places) counts.set(port, (counts.get(port) ?? 0) + 1);
  const lost = ports.find((port) => counts.get(port) !== 1);
  return lost && `port ${lost.ofPort} is ${lost.phase}, ${lost.flows}, and lost to the pool`;
}
