import { expect, test } from 'vitest';
import { replaceMeasured } from '../src/results-file.ts';

test('what was measured is replaced and what is kept by hand stays', () => {
  const first = `# Results\n\n${replaceMeasured('', 'old figures')}\nWhy: by hand.\n`;
  const second = replaceMeasured(first, 'new figures');
  expect(second).toBe(first.replace('old figures', 'new figures'));
});

test('a file without the marks keeps its text and gets them', () => {
  const text = replaceMeasured('# Results\n', 'figures');
  expect(text).toMatch(/^# Results\n\n<!-- measured.*-->\n\nfigures\n\n<!-- end.*-->\n$/);
});
