import { idOf } from './label.ts';
import {
  type Box,
  chooseGrid,
  layoutBridge,
  type PlacedBridge,
  uniqueId,
} from './layout-bridge.ts';
import { type PlacedLink, routeLinks } from './route-links.ts';
import { sortTopology } from './sort-topology.ts';
import { sizes } from './theme.ts';
import type { Topology, TopologyBridge } from './types.ts';

/** The position of everything in a topology, in points; y increases downwards from 0. */
export interface Layout {
  readonly title: string | undefined;
  readonly bridges: readonly PlacedBridge[];
  readonly links: readonly PlacedLink[];
  readonly width: number;
  readonly height: number;
}

/** Space between two frames, for the links between bridges. */
const gap = 44;
/** Maximum ratio of height to width before the bridges get another column. */
const tallest = 1.3;
/** Maximum number of ports in one frame: with more, a bridge would be taller than a poster. */
const mostPorts = 100;

/** Places a topology: bridges in columns, ports at the sides of their bridges, links in the space between. Pure. */
export function layout(topology: Topology): Layout {
  const sorted = sortTopology(topology);
  const far = farBridges(sorted);
  const bridges = [...sorted.bridges, ...far];
  const grid = chooseGrid(bridges);
  const seen = new Map<string, number>();
  const placed = bridges.flatMap((bridge) =>
    splitBridge(bridge).map((part, index, parts) => ({
      ...layoutBridge(part, uniqueId(seen, idOf('bridge', bridge.name)), grid, seen),
      isFar: far.includes(bridge),
      part: parts.length === 1 ? undefined : `part ${index + 1} of ${parts.length}`,
    })),
  );
  const hasTitle = topology.title !== undefined || bridges.length === 0;
  const titleHeight = hasTitle ? sizes.title + 14 : 0;
  const top = sizes.margin + titleHeight + (sorted.links?.length ? gap / 2 : 0);
  const arranged = arrange(placed, top);
  const right = Math.max(320, ...arranged.map(({ frame }) => frame.x + frame.width / 2));
  const bottom = Math.max(top, ...arranged.map(({ frame }) => frame.y + frame.height / 2));
  return {
    title: topology.title,
    bridges: arranged,
    links: routeLinks(sorted.links ?? [], arranged, gap),
    width: right + sizes.margin,
    height: bottom + sizes.margin,
  };
}

/** Splits a very large bridge into parts that are drawn side by side. The first part has the gateway and the links. */
function splitBridge(bridge: TopologyBridge): readonly TopologyBridge[] {
  const parts = Math.max(1, Math.ceil(bridge.ports.length / mostPorts));
  const size = Math.ceil(bridge.ports.length / parts);
  return Array.from({ length: parts }, (_, index) => ({
    ...bridge,
    gateway: index === 0 ? bridge.gateway : undefined,
    ports: bridge.ports.slice(index * size, (index + 1) * size),
  }));
}

/** Returns the bridges that only links name. They belong to another host and are drawn without ports. */
function farBridges(topology: Topology): readonly TopologyBridge[] {
  const known = new Set(topology.bridges.map((bridge) => bridge.name));
  const named = (topology.links ?? []).flatMap((link) => [link.from.bridge, link.to.bridge]);
  const far = [...new Set(named)].filter((name) => !known.has(name)).sort();
  return far.map((name) => ({ name, ports: [] }));
}

function arrange(bridges: readonly PlacedBridge[], top: number): readonly PlacedBridge[] {
  const width = Math.max(0, ...bridges.map((bridge) => bridge.frame.width));
  const heights = bridges.map((bridge) => bridge.frame.height + gap);
  const total = heights.reduce((sum, height) => sum + height, 0);
  const columns = countColumns(bridges.length, total, width);
  const perColumn = total / columns;
  const bottoms = Array.from({ length: columns }, () => top);
  let column = 0;
  return bridges.map((bridge, index) => {
    const used = (bottoms[column] ?? top) - top;
    const isFull = used > 0 && used + (heights[index] ?? 0) / 2 > perColumn;
    if (isFull && column < columns - 1) column += 1;
    const y = bottoms[column] ?? top;
    bottoms[column] = y + (heights[index] ?? 0);
    const x = sizes.margin + column * (width + gap) + (width - bridge.frame.width) / 2;
    return move(bridge, x, y);
  });
}

function countColumns(bridges: number, height: number, width: number): number {
  let columns = 1;
  while (columns < bridges && height / columns > tallest * columns * (width + gap)) columns += 1;
  return columns;
}

function move(placed: PlacedBridge, dx: number, dy: number): PlacedBridge {
  const by = (box: Box): Box => ({ ...box, x: box.x + dx, y: box.y + dy });
  return {
    ...placed,
    frame: by(placed.frame),
    box: by(placed.box),
    ports: placed.ports.map((port) => ({
      ...port,
      card: by(port.card),
      socket: by(port.socket),
    })),
    gateway: placed.gateway && { card: by(placed.gateway.card), exit: by(placed.gateway.exit) },
  };
}
