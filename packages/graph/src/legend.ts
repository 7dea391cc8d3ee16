import { nodeLine, raw } from './dot-text.ts';
import { quoteLines } from './label.ts';
import type { Layout } from './layout.ts';
import { type Kind, legendNames, looks, needsAttention, sizes } from './theme.ts';

const sampleWidth = 30;
const rowHeight = 26;

/** Returns the DOT lines of the legend below the picture: a sample and a name for each kind in the picture. */
export function legendLines(placed: Layout): readonly string[] {
  const lines: string[] = [];
  let x = sizes.margin;
  let y = placed.height + rowHeight / 2;
  for (const kind of kindsIn(placed)) {
    const name = legendNames[kind];
    const textWidth = name.length * sizes.character + 6;
    const width = sampleWidth + 8 + textWidth + 18;
    if (x > sizes.margin && x + width > placed.width) {
      x = sizes.margin;
      y += rowHeight;
    }
    const { shape, style, line, fill } = looks[kind];
    const sample = { x: x + sampleWidth / 2, y, width: sampleWidth, height: 18 };
    const label = { x: x + sampleWidth + 8 + textWidth / 2, y, width: textWidth, height: 16 };
    const look = { shape, style, color: line, fillcolor: fill, class: 'legend' };
    lines.push(nodeLine(`legend:${kind}`, sample, { ...look, label: '' }));
    lines.push(
      nodeLine(`legend:${kind}:name`, label, {
        shape: 'plaintext',
        class: 'legend',
        margin: 0,
        label: raw(quoteLines([name])),
      }),
    );
    x += width;
  }
  return lines;
}

function kindsIn(placed: Layout): readonly Kind[] {
  const present = new Set<Kind>();
  for (const { bridge } of placed.bridges) {
    present.add('bridge');
    for (const port of bridge.ports) {
      present.add(port.kind ?? 'container');
      if (needsAttention(port)) present.add('attention');
    }
    if (bridge.gateway !== undefined) present.add('gateway').add(bridge.gateway.mode);
  }
  return (Object.keys(legendNames) as Kind[]).filter((kind) => present.has(kind));
}
