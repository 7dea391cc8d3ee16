import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findFonts } from '../src/font.ts';
import { toPng } from '../src/index.ts';
import { containers, everything } from './sample.ts';

function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

test('a picture is a PNG of sensible size', async () => {
  const png = await toPng(everything);
  expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const { width, height } = sizeOf(png);
  expect(width).toBeGreaterThan(800);
  expect(width).toBeLessThan(4000);
  expect(height).toBeGreaterThan(400);
  expect(height).toBeLessThan(4000);
});

test('neither side of a picture passes the cap', async () => {
  const bridges = [{ name: 'lab0', ports: containers(100) }];
  const { width, height } = sizeOf(await toPng({ bridges }, { largest: 500 }));
  expect(Math.max(width, height)).toBe(500);
  const wide = sizeOf(await toPng({ bridges: [{ name: 'b', ports: [] }] }, { largest: 200 }));
  expect(wide.width).toBe(200);
});

test('text is painted: another name gives another picture', async () => {
  const named = (name: string) => toPng({ bridges: [{ name: 'b', ports: [{ name }] }] });
  const [a, b] = await Promise.all([named('aaaa'), named('bbbb')]);
  expect(Buffer.from(a).equals(Buffer.from(b))).toBe(false);
});

test('the fonts are found from the sources and beside the built code', () => {
  expect(findFonts().every((path) => existsSync(path))).toBe(true);
  const built = findFonts((path) => path.startsWith('/p/dist/fonts/'), 'file:///p/dist/index.js');
  expect(built).toEqual([
    '/p/dist/fonts/DejaVuSansMono.ttf',
    '/p/dist/fonts/DejaVuSansMono-Bold.ttf',
  ]);
});

test('a missing font is an error, never a picture without text', () => {
  expect(() => findFonts(() => false)).toThrowError(
    expect.objectContaining({ code: 'FONT_MISSING', subject: 'DejaVuSansMono.ttf' }),
  );
});
