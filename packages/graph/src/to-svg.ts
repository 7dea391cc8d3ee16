import { renderGraphFromSource } from 'graphviz-cli';
import { GraphError } from './error.ts';
import { colours, drawingFonts, layoutFont } from './theme.ts';
import { toDot } from './to-dot.ts';
import type { Topology } from './types.ts';

/** Converts DOT to SVG; replaceable in tests. */
export type DotToSvg = (dot: string) => Promise<string>;

const graphviz: DotToSvg = (dot) => renderGraphFromSource({ input: dot }, { format: 'svg' });

/**
 * Draws a topology as SVG, without a system Graphviz. Elements keep the ids of {@link toDot}.
 *
 * @throws GraphError `INVALID_TOPOLOGY`, or `LAYOUT_FAILED` if Graphviz fails.
 */
export async function toSvg(topology: Topology, render: DotToSvg = graphviz): Promise<string> {
  const dot = toDot(topology);
  try {
    return withTypography(await render(dot));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError('LAYOUT_FAILED', `Graphviz could not draw the topology: ${reason}`, {
      cause: error,
    });
  }
}

const style = `<style>
text{font-family:${drawingFonts}}
.lead{font-size:11.5px;font-weight:bold}
.bridge .lead{font-size:13px}
.card .more,.link-label text,.legend text{fill:${colours.faint}}
.bridge .more{fill:#c9dcf2}
.attention .lead{fill:#a01414}
.title text,.exit text,.socket text{font-weight:bold}
</style>`;

/**
 * Adds weights to the lines of a card. Graphviz uses one size and colour for all lines of a label (its HTML-like labels
 * need an XML parser, which the WebAssembly build of 5.0.0 does not include), so the first line is marked here.
 * Comments are removed. Without them, `-` does not have to be a character reference, so names can be searched in the
 * file.
 */
function withTypography(svg: string): string {
  return svg
    .replaceAll(/<!-- [\s\S]*?-->\n/g, '')
    .replaceAll('&#45;', '-')
    .replace(/<g id="graph0"/, `${style}\n<g id="graph0"`)
    .replaceAll(` font-family="${layoutFont},monospace"`, '')
    .replaceAll(/ class="node (?:card|bridge)[^"]*">[\s\S]*?<\/g>/g, markLines);
}

function markLines(group: string): string {
  let count = 0;
  return group.replaceAll('<text ', () => {
    count += 1;
    return count === 1 ? '<text class="lead" ' : '<text class="more" ';
  });
}
