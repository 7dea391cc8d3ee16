// Puts the fonts that PNGs are painted with, and their licence, beside the built code.
import { copyFile, mkdir } from 'node:fs/promises';

const from = import.meta.resolve('dejavu-fonts-ttf/package.json');
const to = new URL('../dist/fonts/', import.meta.url);

// Under a name of its own: a file called LICENSE here would keep pnpm from packing the package's own.
const files = {
  'ttf/DejaVuSansMono.ttf': 'DejaVuSansMono.ttf',
  'ttf/DejaVuSansMono-Bold.ttf': 'DejaVuSansMono-Bold.ttf',
  LICENSE: 'DejaVuSansMono-license.txt',
};

await mkdir(to, { recursive: true });
for (const [source, target] of Object.entries(files)) {
  await copyFile(new URL(source, from), new URL(target, to));
}
