import { bridgeText, gatewayText, portText } from './card.ts';
import { type Attributes, attributesText, edgeLine, nodeLine, raw } from './dot-text.ts';
import { columnsOf, quoteLines, shorten } from './label.ts';
import { type Layout, layout } from './layout.ts';
import type { PlacedBridge, PlacedPort } from './layout-bridge.ts';
import { legendLines } from './legend.ts';
import { checkTopology } from './parse-topology.ts';
import type { PlacedLink } from './route-links.ts';
import { colours, type Kind, layoutFont, looks, needsAttention, sizes } from './theme.ts';
import type { Topology } from './types.ts';

/**
 * Returns a topology as DOT. Every node has a stable id and a position (`layout=nop2`: Graphviz draws nodes and edges
 * but does not move them), so `dot -Tsvg` draws the same picture. Any text is safe as a name. Pure.
 *
 * @throws GraphError `INVALID_TOPOLOGY`.
 */
export function toDot(topology: Topology): string {
  const placed = layout(checkTopology(topology));
  const font = { fontname: layoutFont, fontsize: sizes.text, fontcolor: colours.text };
  const lines = [
    'digraph dovesnap {',
    `  graph [${attributesText({ ...font, layout: 'nop2', bgcolor: 'white', pad: 0.1, outputorder: 'breadthfirst' })}];`,
    `  node [${attributesText({ ...font, fixedsize: 'true', margin: '0.11,0.04', shape: 'box' })}];`,
    `  edge [${attributesText({ ...font, dir: 'none', color: colours.wire, penwidth: 1.1 })}];`,
    ...titleLines(placed),
    ...placed.bridges.flatMap(frameLines),
    ...placed.bridges.flatMap(bridgeLines),
    ...placed.links.flatMap(linkLines),
    ...legendLines(placed),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function titleLines(placed: Layout): readonly string[] {
  const title = placed.bridges.length === 0 ? 'no networks' : undefined;
  const text = [placed.title, title].filter((part) => part !== undefined && part !== '');
  if (text.length === 0) return [];
  const width = placed.width - 2 * sizes.margin;
  const y = sizes.margin - 4 + sizes.title / 2;
  const box = { x: placed.width / 2, y, width, height: sizes.title + 8 };
  return [
    nodeLine('title', box, {
      shape: 'plaintext',
      class: 'title',
      fontsize: sizes.title,
      margin: 0,
      label: raw(quoteLines([text.join(': ')])),
    }),
  ];
}

/** Frames come first: Graphviz paints in this order, and frames are below everything else. */
function frameLines(placed: PlacedBridge): readonly string[] {
  return [
    nodeLine(`frame:${placed.id}`, placed.frame, {
      label: '',
      class: 'frame',
      style: 'rounded,filled',
      fillcolor: colours.frame,
      color: colours.frameLine,
    }),
  ];
}

function bridgeLines(placed: PlacedBridge): readonly string[] {
  const text = bridgeText(placed.bridge);
  const lines = placed.part === undefined ? text.lines : [...text.lines, placed.part];
  const box = nodeLine(placed.id, placed.box, {
    ...lookOf('bridge'),
    ...(placed.isFar ? { style: 'filled,dashed', fillcolor: colours.faint } : {}),
    class: 'bridge',
    fontcolor: 'white',
    label: raw(quoteLines(lines)),
    margin: `${(sizes.portWidth + 10) / 72},0.04`,
    tooltip: text.tooltip,
  });
  return [box, ...gatewayLines(placed), ...placed.ports.flatMap(portLines)];
}

function gatewayLines(placed: PlacedBridge): readonly string[] {
  const { gateway: place, bridge, box } = placed;
  if (place === undefined || bridge.gateway === undefined) return [];
  const text = gatewayText(bridge.gateway);
  const ids = { card: `gateway:${placed.id}`, exit: `exit:${placed.id}` };
  const isNat = bridge.gateway.mode === 'nat';
  // Graphviz draws the body of a `cds` at three quarters of the node's height.
  const down = [
    { x: place.card.x, y: place.card.y + (place.card.height * 3) / 8 },
    { x: place.card.x, y: box.y - box.height / 2 },
  ];
  const out = [
    { x: place.card.x + place.card.width / 2, y: place.card.y },
    { x: place.exit.x - place.exit.width / 2, y: place.exit.y },
  ];
  const wire = { color: looks.gateway.line, penwidth: 1.6 };
  return [
    nodeLine(ids.card, place.card, {
      ...lookOf('gateway'),
      class: 'card',
      label: raw(quoteLines(text.lines)),
      tooltip: text.tooltip,
    }),
    nodeLine(ids.exit, place.exit, {
      ...lookOf(isNat ? 'nat' : 'routed'),
      class: 'exit',
      margin: 0,
      label: isNat ? 'NAT' : 'routed',
    }),
    edgeLine(placed.id, ids.card, down, wire),
    edgeLine(ids.card, ids.exit, out, wire),
  ];
}

function portLines(place: PlacedPort): readonly string[] {
  const { port, card, socket } = place;
  const text = portText(port);
  const isOdd = needsAttention(port);
  const direction = place.side === 'left' ? 1 : -1;
  const wire = [
    { x: card.x + (direction * card.width) / 2, y: card.y },
    { x: socket.x - (direction * socket.width) / 2, y: socket.y },
  ];
  const look = lookOf(port.kind ?? 'container');
  const attention = looks.attention;
  return [
    edgeLine(place.id, `socket:${place.id}`, wire, {
      color: isOdd ? attention.line : colours.wire,
      ...(isOdd ? { style: 'dashed' } : {}),
    }),
    nodeLine(place.id, card, {
      ...look,
      ...(isOdd ? { color: attention.line, fillcolor: attention.fill, penwidth: 2.2 } : {}),
      class: isOdd ? 'card attention' : 'card',
      label: raw(quoteLines(text.lines)),
      tooltip: text.tooltip,
    }),
    nodeLine(`socket:${place.id}`, socket, {
      class: 'socket',
      style: 'filled',
      fillcolor: isOdd ? attention.fill : 'white',
      color: isOdd ? attention.line : looks.bridge.line,
      margin: 0,
      label: port.ofPort === undefined ? '' : `${port.ofPort}`,
      tooltip: text.tooltip,
    }),
  ];
}

function linkLines(placed: PlacedLink): readonly string[] {
  const { link } = placed;
  const kind = link.kind ?? 'patch';
  const ends = [link.from, link.to].map((end) => {
    const name = shorten(end.bridge, 24);
    return end.ofPort === undefined ? name : `${name} port ${end.ofPort}`;
  });
  const text = `${kind}: ${ends.join(' to ')}`;
  const width = columnsOf(text) * sizes.character + 4;
  return [
    edgeLine(placed.from, placed.to, placed.points, {
      id: placed.id,
      class: `link ${kind}`,
      color: colours.link,
      penwidth: kind === 'stack' ? 3 : 2,
      ...(kind === 'mirror' ? { style: 'dashed' } : {}),
    }),
    nodeLine(
      `label:${placed.id}`,
      { x: placed.label.x + width / 2, y: placed.label.y, width, height: 14 },
      { shape: 'plaintext', class: 'link-label', margin: 0, label: raw(quoteLines([text])) },
    ),
  ];
}

/** Returns the DOT attributes of a look. */
function lookOf(kind: Kind): Attributes {
  const { shape, style, line, fill } = looks[kind];
  return { shape, style, color: line, fillcolor: fill, penwidth: 1.2 };
}
