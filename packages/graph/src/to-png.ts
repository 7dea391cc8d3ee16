import { renderAsync } from '@resvg/resvg-js';
import { GraphError } from './error.ts';
import { findFonts, fontFamily } from './font.ts';
import { toSvg } from './to-svg.ts';
import type { Topology } from './types.ts';

/** Options of `toPng`. */
export interface PngOptions {
  /**
   * Pixels per point. Default 2, which is sharp on paper and on high-density screens. Reduced if the picture would
   * exceed `largest`.
   */
  readonly scale?: number | undefined;
  /** Maximum width and height in pixels. Default 8000, which takes about a second for a thousand ports. */
  readonly largest?: number | undefined;
}

/**
 * Draws a topology as PNG with the font of this package. System fonts are not read.
 *
 * @throws GraphError `INVALID_TOPOLOGY`, `LAYOUT_FAILED`, `FONT_MISSING`, or `PNG_FAILED` if the drawing cannot be
 * rendered.
 */
export async function toPng(topology: Topology, options: PngOptions = {}): Promise<Uint8Array> {
  const svg = await toSvg(topology);
  const fontFiles = [...findFonts()];
  try {
    const image = await renderAsync(svg, {
      background: '#ffffff',
      fitTo: fit(svg, options.scale ?? 2, options.largest ?? 8000),
      font: {
        loadSystemFonts: false,
        fontFiles,
        defaultFontFamily: fontFamily,
        monospaceFamily: fontFamily,
      },
    });
    return image.asPng();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphError('PNG_FAILED', `The picture could not be rendered: ${reason}`, {
      cause: error,
    });
  }
}

type Fit = { mode: 'width' | 'height'; value: number };

/** Scales by the longer side, so that neither side exceeds the maximum. */
function fit(svg: string, scale: number, largest: number): Fit {
  const [, width = '1', height = '1'] =
    /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  const isWide = Number(width) >= Number(height);
  const length = Math.round(Number(isWide ? width : height) * scale);
  return { mode: isWide ? 'width' : 'height', value: Math.max(1, Math.min(largest, length)) };
}
