import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraphError } from './error.ts';

/** Family name inside the shipped font files. */
export const fontFamily = 'DejaVu Sans Mono';

const files = ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'];

/** Beside the built code; and where the build copies from, for code that runs from its sources. */
const folders = ['./fonts/', '../node_modules/dejavu-fonts-ttf/ttf/'];

/**
 * Finds the font files shipped with this package.
 *
 * @throws GraphError `FONT_MISSING` when they are in none of the places: a picture would then have no text.
 */
export function findFonts(
  exists: (path: string) => boolean = existsSync,
  base: string = import.meta.url,
): readonly string[] {
  for (const folder of folders) {
    const paths = files.map((file) => fileURLToPath(new URL(`${folder}${file}`, base)));
    if (paths.every(exists)) return paths;
  }
  throw new GraphError(
    'FONT_MISSING',
    `The font ${files[0]} is not installed with @dovesnap/graph: install the package again`,
    { subject: files[0] },
  );
}
