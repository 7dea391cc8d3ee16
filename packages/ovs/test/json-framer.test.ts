import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonFramer } from '../src/ovsdb/json-framer.ts';

/** Any character that is one code unit: `unit: 'binary'` of fast-check takes two seconds to set up. */
const character = fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCharCode(code));

function frame(chunks: readonly Uint8Array[]): unknown[] {
  const texts: unknown[] = [];
  const push = jsonFramer((text) => texts.push(JSON.parse(text)));
  for (const chunk of chunks) push(chunk);
  return texts;
}

it('finds the messages however the stream is cut', () => {
  const message = fc.oneof(
    fc.dictionary(fc.string({ unit: character }), fc.jsonValue()),
    fc.array(fc.jsonValue(), { maxLength: 5 }),
  );
  const cuts = fc.array(fc.nat(), { maxLength: 20 });
  const check = (messages: unknown[], gap: string, at: number[]): void => {
    const texts = messages.map((item) => JSON.stringify(item));
    const bytes = Buffer.from(texts.join(gap), 'utf8');
    const ends = [...new Set(at.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
    const chunks = [0, ...ends].map((from, index) => bytes.subarray(from, ends[index]));
    expect(frame(chunks)).toEqual(texts.map((text) => JSON.parse(text)));
  };
  const gap = fc.constantFrom('', ' ', '\n');
  fc.assert(fc.property(fc.array(message, { maxLength: 4 }), gap, cuts, check), { numRuns: 60 });
});

it('finds the messages when every byte comes alone', () => {
  const text = '{"id":1,"result":["map",[["ключ","}{\\"\\\\"]]]}{"id":null}';
  const bytes = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte));
  expect(frame(bytes)).toHaveLength(2);
});

it('looks at each byte once, however many chunks a text comes in', () => {
  const rows = Array.from({ length: 2000 }, (_, index) => [`row ${index}`, '{[]}', index]);
  const bytes = Buffer.from(JSON.stringify({ rows, more: 'x'.repeat(50_000) }));
  let looks = 0;
  const counted = (chunk: Uint8Array): Uint8Array =>
    new Proxy(chunk, {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 64) chunks.push(counted(bytes.subarray(at, at + 64)));
  expect(frame(chunks)).toEqual([JSON.parse(bytes.toString())]);
  expect(looks).toBe(bytes.length);
});
