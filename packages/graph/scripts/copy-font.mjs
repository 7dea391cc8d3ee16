// Puts the fonts that PNGs are painted with, and their licence, beside the built code.
import { copyFile, mkdir } from 'node:fs/promises';

const from = import.meta.resolve('dejavu-fonts-ttf/package.json');
const to = new URL('../dist/fonts/', import.meta.url);

// Not under its own name: pnpm 10 leaves the licence of the package out when a packed file is called anything with LICENSE.
const files = {
  'ttf/DejaVuSansMono.ttf': 'DejaVuSansMono.ttf',
  'ttf/DejaVuSansMono-Bold.ttf': 'DejaVuSansMono-Bold.ttf',
  LICENSE: 'DejaVuSansMono-COPYING.txt',
};

await mkdir(to, { recursive: true });
for (const [source, target] of Object.entries(files)) {
  await copyFile(new URL(source, from), new URL(target, to));
}
