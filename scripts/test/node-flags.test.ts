import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeFlags } from '../lib/node-flags.mjs';

test.each([
  ['#!/usr/bin/env -S node --a=1 --b\n--c', ['--a=1', '--b']],
  ['#!/usr/bin/env node\n', []],
  ['--a', []],
  ['', []],
])('the flags of a program that begins with %j are %j', (text, flags) => {
  expect(nodeFlags(text)).toEqual(flags);
});

test('the daemon bounds what it leaves behind in memory', () => {
  const main = new URL('../../apps/dovesnapd/src/main.ts', import.meta.url);
  expect(nodeFlags(readFileSync(main, 'utf8'))).toEqual([
    expect.stringMatching(/^--max-semi-space-size=\d+$/),
  ]);
});
