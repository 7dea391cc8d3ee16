import { portText, widthOf } from './card.ts';
import { idOf } from './label.ts';
import { sizes } from './theme.ts';
import type { TopologyBridge, TopologyPort } from './types.ts';

/** A rectangle, given by its centre, in points; y increases downwards. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A port's card, its socket (the small box with the port number on the edge of the bridge) and the ends of the wire.
 */
export interface PlacedPort {
  readonly id: string;
  readonly port: TopologyPort;
  readonly card: Box;
  readonly socket: Box;
  readonly side: 'left' | 'right';
}

/** A bridge with everything that is connected to it. */
export interface PlacedBridge {
  readonly id: string;
  readonly bridge: TopologyBridge;
  /** Whether the bridge is known only from a link, because it belongs to another host. */
  readonly isFar: boolean;
  /** Which part of a very large bridge this is, e.g. `part 2 of 3`. */
  readonly part: string | undefined;
  readonly frame: Box;
  readonly box: Box;
  readonly ports: readonly PlacedPort[];
  /** The gateway's card and the shape of its exit; only for bridges with a gateway. */
  readonly gateway: { readonly card: Box; readonly exit: Box } | undefined;
}

/** Measures that all bridges of one picture share, so that their columns line up. */
export interface Grid {
  readonly cardWidth: number;
  /**
   * Number of card columns on each side. With two, every other card is moved outwards and its wire passes between the
   * others.
   */
  readonly columns: 1 | 2;
}

/** With this many ports, a single column of cards per side would be taller than a screen. */
const twoColumnsFrom = 15;
const framePadding = 18;
const gatewayGap = 30;
const exitWidth = 84;
const minBridgeHeight = 96;

/** Returns the grid of a picture, based on its largest bridge and its widest card. */
export function chooseGrid(bridges: readonly TopologyBridge[]): Grid {
  const ports = bridges.flatMap((bridge) => bridge.ports);
  const fullest = Math.max(0, ...bridges.map((bridge) => bridge.ports.length));
  return {
    cardWidth: Math.max(sizes.cardMinWidth, ...ports.map((port) => widthOf(portText(port)))),
    columns: fullest >= twoColumnsFrom ? 2 : 1,
  };
}

/** Places a bridge relative to the top left corner of its frame: ports left and right, gateway on top. */
export function layoutBridge(
  bridge: TopologyBridge,
  id: string,
  grid: Grid,
  seen: Map<string, number>,
): PlacedBridge {
  const half = Math.ceil(bridge.ports.length / 2);
  const isBare = bridge.ports.length === 0 && bridge.gateway === undefined;
  const sideWidth = isBare ? 0 : grid.columns * (grid.cardWidth + sizes.wire);
  const centre = framePadding + sideWidth + sizes.bridgeWidth / 2;
  const head = bridge.gateway === undefined ? 0 : sizes.cardHeight + gatewayGap;
  const step = sizes.cardPitch / grid.columns;
  const cardsHeight = half === 0 ? 0 : (half - 1) * step + sizes.cardHeight;
  const height = Math.max(minBridgeHeight, cardsHeight);
  const top = framePadding + head;
  const first = top + (height - cardsHeight) / 2 + sizes.cardHeight / 2;
  const ports = bridge.ports.map((port, index): PlacedPort => {
    const isLeft = index < half;
    const row = isLeft ? index : index - half;
    const portId = uniqueId(seen, idOf('port', bridge.name, port.kind ?? 'container', port.name));
    const side = isLeft ? 'left' : 'right';
    return { id: portId, port, side, ...placePort(side, row, centre, first + row * step, grid) };
  });
  const width = 2 * (framePadding + sideWidth) + sizes.bridgeWidth;
  const frameHeight = top + height + framePadding;
  return {
    id,
    bridge,
    isFar: false,
    part: undefined,
    frame: { x: width / 2, y: frameHeight / 2, width, height: frameHeight },
    box: { x: centre, y: top + height / 2, width: sizes.bridgeWidth, height },
    ports,
    gateway: bridge.gateway === undefined ? undefined : placeGateway(centre, grid),
  };
}

function placePort(
  side: 'left' | 'right',
  row: number,
  centre: number,
  y: number,
  grid: Grid,
): { card: Box; socket: Box } {
  const direction = side === 'left' ? -1 : 1;
  const edge = centre + (direction * sizes.bridgeWidth) / 2;
  const out = row % grid.columns;
  const distance = sizes.wire + grid.cardWidth / 2 + out * (grid.cardWidth + sizes.wire);
  const x = edge - (direction * sizes.portWidth) / 2;
  return {
    card: { x: edge + direction * distance, y, width: grid.cardWidth, height: sizes.cardHeight },
    socket: { x, y, width: sizes.portWidth, height: sizes.portHeight },
  };
}

/**
 * Places the gateway right of the centre. The left part of the bridge's top edge stays free for links to other bridges.
 */
function placeGateway(centre: number, grid: Grid): { card: Box; exit: Box } {
  const y = framePadding + sizes.cardHeight / 2;
  const x = centre - sizes.bridgeWidth / 2 + 60 + sizes.cardMinWidth / 2;
  const room = Math.min(grid.cardWidth, sizes.cardMinWidth);
  return {
    card: { x, y, width: room, height: sizes.cardHeight + 4 },
    exit: { x: x + room / 2 + sizes.wire + exitWidth / 2, y, width: exitWidth, height: 40 },
  };
}

/** Makes an id unique by adding a number if it was used before: users choose the names, and names can repeat. */
export function uniqueId(seen: Map<string, number>, id: string): string {
  const count = (seen.get(id) ?? 0) + 1;
  seen.set(id, count);
  return count === 1 ? id : `${id}:${count}`;
}
