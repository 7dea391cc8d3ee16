import type { TopologyPort } from './types.ts';

/** How one kind of thing looks: a Graphviz shape (with its style), line colour and fill. */
export interface Look {
  readonly shape: string;
  readonly style: string;
  readonly line: string;
  readonly fill: string;
}

/** Everything that has a look of its own, and so a row in the legend. */
export type Kind =
  | NonNullable<TopologyPort['kind']>
  | 'bridge'
  | 'gateway'
  | 'nat'
  | 'routed'
  | 'attention';

/** Looks by kind. Shape, not only colour, tells kinds apart: people print pictures, and some do not see colours. */
export const looks: Readonly<Record<Kind, Look>> = {
  bridge: { shape: 'box', style: 'filled', line: '#0f2a47', fill: '#17406d' },
  container: { shape: 'box', style: 'rounded,filled', line: '#3b78c2', fill: '#ffffff' },
  physical: { shape: 'component', style: 'filled', line: '#1b7a43', fill: '#eefaf2' },
  external: { shape: 'tab', style: 'filled', line: '#7a3fb0', fill: '#f8f2fd' },
  coprocessor: { shape: 'box3d', style: 'filled', line: '#0b7285', fill: '#e9f8fa' },
  gateway: { shape: 'cds', style: 'filled', line: '#a65208', fill: '#fff6e8' },
  nat: { shape: 'ellipse', style: 'filled', line: '#a65208', fill: '#ffe3bd' },
  routed: { shape: 'diamond', style: 'filled', line: '#a65208', fill: '#fff6e8' },
  attention: { shape: 'box', style: 'rounded,filled', line: '#cf2222', fill: '#ffe4e1' },
};

/** What the legend calls each kind, in the order it lists them. */
export const legendNames: Readonly<Record<Kind, string>> = {
  bridge: 'bridge',
  container: 'container',
  physical: 'physical port',
  external: 'external port',
  coprocessor: 'coprocessor',
  gateway: 'gateway',
  nat: 'NAT',
  routed: 'routed',
  attention: 'needs attention',
};

/** Colours that belong to no kind. */
export const colours = {
  frame: '#f4f6f9',
  frameLine: '#d5dbe4',
  wire: '#8695a8',
  link: '#17406d',
  text: '#1d2733',
  faint: '#566375',
} as const;

/**
 * The font Graphviz lays out with. Its WebAssembly build knows the widths of Times, Helvetica and Courier only; Courier
 * is as wide (0.6 em) as the fixed-width fonts that draw the picture, so boxes fit their text.
 */
export const layoutFont = 'Courier';

/** The fonts that draw the picture, best first; the first is shipped with this package for PNG. */
export const drawingFonts = "'DejaVu Sans Mono','Menlo','Liberation Mono',monospace";

/** Sizes in points. */
export const sizes = {
  text: 10,
  /** Width of one character at {@link sizes.text}. */
  character: 6,
  title: 16,
  cardHeight: 50,
  /** Distance between the centres of two cards in a column: leaves a gap that the wire of an outer card passes. */
  cardPitch: 62,
  cardMinWidth: 222,
  bridgeWidth: 236,
  portWidth: 36,
  portHeight: 22,
  wire: 34,
  margin: 24,
  lane: 10,
} as const;

/** Names of states in which a port carries traffic; every other state stands out. */
const calmStates: ReadonlySet<string> = new Set(['open', 'up', 'attached']);

/** Tells whether a port's state is one that a person must look at. */
export function needsAttention(port: TopologyPort): boolean {
  return port.state !== undefined && !calmStates.has(port.state.toLowerCase());
}
