import { describe, expect, test } from 'vitest';
import { fakeClock } from '../src/index.ts';

describe('a fake clock', () => {
  test('wakes sleepers in order of their moments, each at its own', async () => {
    const clock = fakeClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now()}`);
    };
    void sleep('late', 50);
    void sleep('early', 20);
    expect(clock.sleepers()).toEqual([20, 50]);
    await clock.advance(49);
    expect(woken).toEqual(['early at 1020']);
    await clock.advance(1);
    expect(woken).toEqual(['early at 1020', 'late at 1050']);
    expect(clock.now()).toBe(1050);
  });

  test('serves the sleeps that a woken sleeper starts, within the same move', async () => {
    const clock = fakeClock();
    let ticks = 0;
    void (async () => {
      for (let round = 0; round < 3; round += 1) {
        await clock.sleep(10);
        ticks += 1;
      }
    })();
    await clock.advance(30);
    expect(ticks).toBe(3);
  });

  test('wakes a sleeper whose signal fires, and lets none sleep for nothing', async () => {
    const clock = fakeClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(1000, abort.signal);
    abort.abort();
    await sleeping;
    await clock.sleep(0);
    await clock.sleep(10, abort.signal);
    expect(clock.now()).toBe(0);
    expect(clock.sleepers()).toEqual([]);
  });
});
