import { expect, test } from 'vitest';
import { parseUsage } from '../src/process-usage.ts';

test('processor time and memory are read, whatever the name of the process', () => {
  const stat = '4242 (odd ) name) S 1 4242 4242 0 -1 4194560 9 8 7 6 120 30 45 5 20 0 11 0 99 1 2';
  const status = 'Name:\todd ) name\nVmPeak:\t  900 kB\nVmRSS:\t  2048 kB\n';
  expect(parseUsage(stat, status)).toEqual({ ownMs: 1500, childrenMs: 500, resident: 2097152 });
});
