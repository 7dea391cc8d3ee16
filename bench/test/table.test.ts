import { expect, test } from 'vitest';
import { formatGigabits, formatGoal, formatMs, formatRatio, renderSection } from '../src/table.ts';

test('a section is a Markdown table, text to the left and figures to the right', () => {
  const text = renderSection({
    title: 'Starts',
    about: 'What was measured.',
    columns: ['', 'ms', 'goal'],
    rows: [
      ['bridge', '9.00', '–'],
      ['dovesnap', '10.0', '1.15: met'],
    ],
  });
  expect(text.split('\n')).toEqual([
    '## Starts',
    '',
    'What was measured.',
    '',
    '|          |   ms |      goal |',
    '| -------- | ---: | --------: |',
    '| bridge   | 9.00 |         – |',
    '| dovesnap | 10.0 | 1.15: met |',
    '',
  ]);
});

test('gigabits keep them too', () => {
  expect([123_456_789, 12_345_678_901, Number.NaN].map(formatGigabits)).toEqual([
    '0.12',
    '12.3',
    '–',
  ]);
});

test('milliseconds keep the digits that matter', () => {
  expect([0.1234, 12.34, 1234.5, Number.NaN].map(formatMs)).toEqual(['0.12', '12.3', '1235', '–']);
});

test('a goal is met up to its value', () => {
  expect([1.15, 1.16].map((ratio) => formatGoal(ratio, 1.15))).toEqual([
    '1.15: met',
    '1.15: not met',
  ]);
});

test('a ratio of nothing is a dash', () => {
  expect(formatRatio(Number.NaN)).toBe('–');
});
