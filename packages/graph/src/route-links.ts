import { idOf } from './label.ts';
import { type PlacedBridge, uniqueId } from './layout-bridge.ts';
import { sizes } from './theme.ts';
import type { TopologyLink } from './types.ts';

/** A point of a wire, in points. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A link between two bridges, drawn as a wire of straight segments, with the position of its label. */
export interface PlacedLink {
  readonly id: string;
  readonly link: TopologyLink;
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  /** Left end of the label. */
  readonly label: Point;
}

/**
 * Routes links through the space between frames. A link to the next bridge in the same column goes straight down. Any
 * other link leaves at the top, runs along the space above the frame and down the space left of the column, and reaches
 * its target the same way.
 */
export function routeLinks(
  links: readonly TopologyLink[],
  bridges: readonly PlacedBridge[],
  gap: number,
): readonly PlacedLink[] {
  const lanes = new Map<string, number>();
  const seen = new Map<string, number>();
  return links.flatMap((link, index): readonly PlacedLink[] => {
    const a = bridges.findIndex((placed) => placed.bridge.name === link.from.bridge);
    const b = bridges.findIndex((placed) => placed.bridge.name === link.to.bridge);
    const upper = bridges[Math.min(a, b)];
    const lower = bridges[Math.max(a, b)];
    if (upper === undefined || lower === undefined) return [];
    const lane = Math.max(lanes.get(upper.id) ?? 0, lanes.get(lower.id) ?? 0);
    lanes.set(upper.id, lane + 1).set(lower.id, lane + 1);
    const isNext = Math.abs(a - b) === 1 && upper.frame.x === lower.frame.x;
    const points = isNext
      ? straight(upper, lower, lane)
      : around(upper, lower, lane, sizes.lane * (1 + (index % 3)));
    const y = lower.frame.y - lower.frame.height / 2 - gap / 2 - 10 + (lane % 3) * 12;
    const ends = [link.from.bridge, link.to.bridge].sort();
    return [
      {
        id: uniqueId(seen, idOf('link', link.kind ?? 'patch', ...ends)),
        link,
        from: upper.id,
        to: lower.id,
        points,
        label: { x: lower.box.x - lower.box.width / 2 + 66, y },
      },
    ];
  });
}

function laneX(placed: PlacedBridge, lane: number): number {
  return placed.box.x - placed.box.width / 2 + 14 + (lane % 4) * 12;
}

function straight(upper: PlacedBridge, lower: PlacedBridge, lane: number): readonly Point[] {
  const x = laneX(lower, lane);
  return [
    { x, y: upper.box.y + upper.box.height / 2 },
    { x, y: lower.box.y - lower.box.height / 2 },
  ];
}

function around(
  upper: PlacedBridge,
  lower: PlacedBridge,
  lane: number,
  offset: number,
): readonly Point[] {
  const corridor = Math.max(upper.frame.x - upper.frame.width / 2, 0) - offset / 2;
  const leave = upper.frame.y - upper.frame.height / 2 - offset;
  const enter = lower.frame.y - lower.frame.height / 2 - offset;
  const isSameColumn = upper.frame.x === lower.frame.x;
  const turn = isSameColumn ? corridor : lower.frame.x - lower.frame.width / 2 - offset;
  return [
    { x: laneX(upper, lane), y: upper.box.y - upper.box.height / 2 },
    { x: laneX(upper, lane), y: leave },
    { x: turn, y: leave },
    { x: turn, y: enter },
    { x: laneX(lower, lane), y: enter },
    { x: laneX(lower, lane), y: lower.box.y - lower.box.height / 2 },
  ];
}
