import { describe, expect, test } from 'vitest';
import { eventLog } from '../src/index.ts';

describe('an event log', () => {
  test('finds what has been logged already', async () => {
    const log = eventLog<string>('log');
    log.add('a');
    log.add('b');
    expect(await log.waitFor((entry) => entry === 'a')).toBe('a');
    await expect(
      log.waitFor((entry) => entry === 'a', { since: 1, deadline: 1 }),
    ).rejects.toMatchObject({ code: 'NOT_READY', message: expect.stringContaining('"b"') });
  });

  test('waits for what is still to come', async () => {
    const log = eventLog<number>('log');
    const found = log.waitFor((entry) => entry > 1);
    log.add(1);
    log.add(2);
    log.add(3);
    expect(await found).toBe(2);
  });

  test('stops waiting when nothing more can come', async () => {
    const log = eventLog<number>('the output of x');
    const found = log.waitFor(() => false);
    log.add(1);
    log.end();
    await expect(found).rejects.toMatchObject({ code: 'ENDED', subject: 'the output of x' });
    await expect(log.waitFor(() => false)).rejects.toMatchObject({ code: 'ENDED' });
  });

  test('can be iterated more than once, to its end', async () => {
    const log = eventLog<number>('log');
    log.add(1);
    const collect = async (): Promise<number[]> => {
      const seen: number[] = [];
      for await (const entry of log) seen.push(entry);
      return seen;
    };
    const both = Promise.all([collect(), collect()]);
    log.add(2);
    await new Promise((resolve) => setImmediate(resolve));
    log.add(3);
    log.end();
    expect(await both).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});
