import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraphError } from './error.ts';

/** Family name in the included font files. */
export const fontFamily = 'DejaVu Sans Mono';

const files = ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'];

/** Next to the built code, or, when running from source, the folder that the build copies from. */
const folders = ['./fonts/', '../node_modules/dejavu-fonts-ttf/ttf/'];

/**
 * Returns the paths of the font files that are included in this package.
 *
 * @throws GraphError `FONT_MISSING` if no folder has them: the picture would have no text.
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
