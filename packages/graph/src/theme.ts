import type { TopologyPort } from './types.ts';

/** How one kind of element looks: Graphviz shape with its style, line colour and fill colour. */
export interface Look {
  readonly shape: string;
  readonly style: string;
  readonly line: string;
  readonly fill: string;
}

/** Everything that has its own look, and therefore its own row in the legend. */
export type Kind =
  | NonNullable<TopologyPort['kind']>
  | 'bridge'
  | 'gateway'
  | 'nat'
  | 'routed'
  | 'attention';

/**
 * Looks by kind. Kinds differ in shape as well as colour, for printed pictures and for people who cannot tell the
 * colours apart.
 */
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

/** Names of the kinds in the legend, in the order of the legend. */
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

/** Colours that do not belong to a kind. */
export const colours = {
  frame: '#f4f6f9',
  frameLine: '#d5dbe4',
  wire: '#8695a8',
  link: '#17406d',
  text: '#1d2733',
  faint: '#566375',
} as const;

/**
 * The font that Graphviz uses for layout. Its WebAssembly build knows only the widths of Times, Helvetica and Courier.
 * Courier has the same width (0.6 em) as the fixed-width fonts that draw the picture, so the text fits its boxes.
 */
export const layoutFont = 'Courier';

/** The fonts that draw the picture, in order of preference. The first is included in this package for PNG. */
export const drawingFonts = "'DejaVu Sans Mono','Menlo','Liberation Mono',monospace";

/** Sizes in points. */
export const sizes = {
  text: 10,
  /** Width of one character at {@link sizes.text}. */
  character: 6,
  title: 16,
  cardHeight: 50,
  /** Distance between the centres of two cards in a column. It leaves a gap for the wire of an outer card. */
  cardPitch: 62,
  cardMinWidth: 222,
  bridgeWidth: 236,
  portWidth: 36,
  portHeight: 22,
  wire: 34,
  margin: 24,
  lane: 10,
} as const;

/** States in which a port carries traffic. Every other state is highlighted. */
const calmStates: ReadonlySet<string> = new Set(['open', 'up', 'attached']);

/** Returns whether a port's state needs attention. */
export function needsAttention(port: TopologyPort): boolean {
  return port.state !== undefined && !calmStates.has(port.state.toLowerCase());
}
