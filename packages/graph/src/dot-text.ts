import { quote } from './label.ts';
import type { Box } from './layout-bridge.ts';
import type { Point } from './route-links.ts';

/** DOT attributes. Use {@link raw} for a value that is already quoted. */
export type Attributes = Readonly<Record<string, string | number | { readonly raw: string }>>;

/** Marks a value as DOT text that must not be quoted again. */
export function raw(text: string): { readonly raw: string } {
  return { raw: text };
}

/**
 * Returns the DOT line of one node at the position of its box. Graphviz measures positions in points, upwards, and
 * sizes in inches.
 */
export function nodeLine(id: string, box: Box, attributes: Attributes): string {
  const place = {
    id,
    pos: `${round(box.x)},${round(-box.y)}`,
    width: (box.width / 72).toFixed(4),
    height: (box.height / 72).toFixed(4),
  };
  return `  ${quote(id)} [${attributesText({ ...place, ...attributes })}];`;
}

/**
 * Returns the DOT line of one edge that runs straight from point to point, written as the cubic splines that Graphviz
 * expects.
 */
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

/** Formats attributes for use between the brackets of a DOT statement. */
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
