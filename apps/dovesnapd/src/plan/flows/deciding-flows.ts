import type { Flow } from '@dovesnap/ovs';
import { table } from './flows-match.ts';

/** Picks from the flows of a port those that decide about its frames: of its ACLs, and of its VLAN. */
export function decidingFlows(flows: readonly Flow[]): readonly Flow[] {
  return flows.filter((flow) => flow.table === table.portAcl || flow.table === table.vlan);
}

/** Whether two lists hold the same flows. */
export function sameFlows(some: readonly Flow[], others: readonly Flow[]): boolean {
  const texts = new Set(others.map(textOf));
  return some.length === others.length && some.every((flow) => texts.has(textOf(flow)));
}

/** Whether a port is a member of its VLAN: without that nothing that it sends goes anywhere. */
export function isMember(deciding: readonly Flow[]): boolean {
  return deciding.some((flow) => flow.table === table.vlan);
}

/**
 * What a port has lost of the deciding flows that it had. `guard`: some of its ACLs' flows are left and let something
 * through, perhaps what the lost ones denied or limited. `way`: nothing is let through any more. Undefined: they are not
 * just fewer than they were; others may have come in their place.
 */
export function lossOf(before: readonly Flow[], now: readonly Flow[]): 'guard' | 'way' | undefined {
  const left = aclFlows(now);
  const had = new Set(aclFlows(before).map(textOf));
  const isFewer = left.length < had.size && left.every((flow) => had.has(textOf(flow)));
  if (!isFewer || !isMember(now)) return undefined;
  return left.some(({ actions }) => actions !== 'drop') ? 'guard' : 'way';
}

/** The meters of flows that a port had and has no more, by number; undefined when one of them had none. */
export function lostMeters(
  before: readonly Flow[],
  now: readonly Flow[],
): readonly number[] | undefined {
  const left = new Set(now.map(textOf));
  const lost = before.filter((flow) => !left.has(textOf(flow)));
  const meters = lost.map(({ actions }) =>
    Number(/\bmeter:(\d+)/.exec(actions)?.[1] ?? Number.NaN),
  );
  return meters.some(Number.isNaN) ? undefined : meters;
}

function aclFlows(flows: readonly Flow[]): readonly Flow[] {
  return flows.filter((flow) => flow.table === table.portAcl);
}

function textOf({ table: number, priority, match, actions }: Flow): string {
  return `${number} ${priority} ${match} ${actions}`;
}
