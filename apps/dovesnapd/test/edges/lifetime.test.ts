import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { lifetime } from '../../src/edges/lifetime.ts';

const warned = vi.fn();

process.on('warning', warned);

afterEach(() => process.off('warning', warned));

it('ends any number of pauses, and Node takes none of them for a leak', async () => {
  const life = lifetime();
  const clock = systemClock();
  const pauses = Array.from({ length: 20 }, () => clock.sleep(60_000, life.signal));
  life.abort();
  await Promise.all(pauses);
  // Warnings are told in the next tick.
  await clock.sleep(0);
  expect(warned).not.toHaveBeenCalled();
});
