import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { spawn } from '../src/index.ts';
import { alive } from './alive.ts';

const read = async (lines: AsyncIterable<{ text: string }>): Promise<string[]> => {
  const texts = [];
  for await (const line of lines) texts.push(line.text);
  return texts;
};

test('hands over the lines of both outputs, whole, and how the program ended', async () => {
  const child = spawn('sh', ['-c', 'echo one; echo two >&2; printf three; exit 4']);
  const lines = [];
  for await (const line of child.lines) lines.push(line);
  expect(lines).toContainEqual({ stream: 'stdout', text: 'one' });
  expect(lines).toContainEqual({ stream: 'stderr', text: 'two' });
  expect(lines).toContainEqual({ stream: 'stdout', text: 'three' });
  expect(lines).toHaveLength(3);
  expect(await child.exited).toEqual({ code: 4, signal: undefined });
});

test('keeps lines for a reader that comes late', async () => {
  const child = spawn('sh', ['-c', 'echo early']);
  await child.exited;
  await setImmediate();
  expect(await read(child.lines)).toEqual(['early']);
});

test('does not hold up a program whose lines nobody reads', async () => {
  const child = spawn('sh', [
    '-c',
    'i=0; while [ $i -lt 3 ]; do head -c 200000 /dev/zero; i=$((i+1)); done',
  ]);
  expect(await child.exited).toEqual({ code: 0, signal: undefined });
});

test('passes text to the standard input', async () => {
  const child = spawn('head', ['-n', '1']);
  child.write('hello\n');
  expect(await read(child.lines)).toEqual(['hello']);
});

test('survives text written after the program has ended', async () => {
  const child = spawn('true', []);
  await child.exited;
  child.write('x'.repeat(100_000));
  expect(await child.exited).toEqual({ code: 0, signal: undefined });
});

test('rejects exited, and nothing else, when there is no such program', async () => {
  const child = spawn('no-such-program', ['-x']);
  await expect(child.exited).rejects.toMatchObject({
    code: 'NOT_FOUND',
    argv: ['no-such-program', '-x'],
  });
  expect(child.pid).toBeUndefined();
  expect(await read(child.lines)).toEqual([]);
  await child.close();
});

test('ends the program on close, and again without harm', async () => {
  const child = spawn('sleep', ['30']);
  await Promise.all([child.close(), child.close()]);
  expect(await child.exited).toEqual({ code: undefined, signal: 'SIGTERM' });
  await child.close();
});

test('is closed although a grandchild keeps the outputs open', async () => {
  const child = spawn('sh', ['-c', 'sleep 30 & echo $!; wait']);
  let grandchild = Number.NaN;
  for await (const line of child.lines) {
    grandchild = Number(line.text);
    break;
  }
  try {
    await child.close();
    expect(alive(grandchild)).toBe(true);
  } finally {
    process.kill(grandchild);
  }
});

test('ends the program when the signal fires', async () => {
  const controller = new AbortController();
  const child = spawn('sleep', ['30'], { signal: controller.signal });
  controller.abort();
  expect(await child.exited).toEqual({ code: undefined, signal: 'SIGTERM' });
});
