// Puts the fonts that PNGs are painted with, and their licence, beside the built code.
import { copyFile, mkdir } from 'node:fs/promises';

const from = import.meta.resolve('dejavu-fonts-ttf/package.json');
const to = new URL('../dist/fonts/', import.meta.url);

await mkdir(to, { recursive: true });
for (const file of ['ttf/DejaVuSansMono.ttf', 'ttf/DejaVuSansMono-Bold.ttf', 'LICENSE']) {
  await copyFile(new URL(file, from), new URL(file.replace('ttf/', ''), to));
}
