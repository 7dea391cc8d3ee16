import { quote } from './label.ts';
import type { Box } from './layout-bridge.ts';
import type { Point } from './route-links.ts';

/** DOT attributes; a value that is already quoted is given as {@link raw}. */
export type Attributes = Readonly<Record<string, string | number | { readonly raw: string }>>;

/** Marks a value as DOT text that must not be quoted again. */
export function raw(text: string): { readonly raw: string } {
  return { raw: text };
}

/** Prints one node that stands where its box says. Graphviz counts positions in points upwards, sizes in inches. */
export function nodeLine(id: string, box: Box, attributes: Attributes): string {
  const place = {
    id,
    pos: `${round(box.x)},${round(-box.y)}`,
    width: (box.width / 72).toFixed(4),
    height: (box.height / 72).toFixed(4),
  };
  return `  ${quote(id)} [${attributesText({ ...place, ...attributes })}];`;
}

/** Prints one edge that runs in straight pieces through the points (as the cubic splines Graphviz wants). */
export function edgeLine(
  from: string,
  to: string,
  points: readonly Point[],
  attributes: Attributes,
): string {
  const text = points.map((point) => `${round(point.x)},${round(-point.y)}`);
  const pos = text.flatMap((point, index) =>
    index === 0 ? [point] : [text[index - 1] ?? point, point, point],
  );
  return `  ${quote(from)} -> ${quote(to)} [${attributesText({ pos: pos.join(' '), ...attributes })}];`;
}

/** Prints attributes as DOT wants them between brackets. */
export function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([key, value]) => {
      if (typeof value === 'object') return `${key}=${value.raw}`;
      return `${key}=${typeof value === 'number' ? value : quote(value)}`;
    })
    .join(' ');
}

function round(value: number): number {
  return Math.round(value * 100) / 100 || 0;
}
