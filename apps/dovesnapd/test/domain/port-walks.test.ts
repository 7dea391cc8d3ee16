import { expect, test } from 'vitest';
import { eventsFor } from './port-events.ts';
import { portWalk } from './port-walk.ts';

/**
 * Walks of the pure functions alone. `DOVESNAP_PORT_WALKS=1-10000x1000` walks others than the usual ones, of 1000 steps
 * each, and `DOVESNAP_PORT_WALKS=7` one of them again.
 */
const asked = process.env.DOVESNAP_PORT_WALKS ?? '1-100';
const [range = '', length = '1000'] = asked.split('x');
const [from = 1, to = from] = range.split('-').map(Number);
const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seen = new Map<string, number>();

test.each(seeds)('walk %i of ports meets nothing that must not be', (seed) => {
  const { wrong, told, changes } = portWalk(seed, Number(length));
  for (const [kind, count] of changes) seen.set(kind, (seen.get(kind) ?? 0) + count);
  expect(wrong, `seed ${seed}, event ${told.length}:\n${told.slice(-40).join('\n')}`).toBe(
    undefined,
  );
});

test('they change ports by every kind of event, and open many', () => {
  expect(Object.keys(eventsFor({ attempt: 0 })).filter((kind) => !seen.has(kind))).toEqual([]);
  expect(seen.get('opened')).toBeGreaterThan(4 * seeds.length);
});
