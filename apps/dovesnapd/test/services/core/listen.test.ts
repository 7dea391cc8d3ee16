import { expect, it } from 'vitest';
import { listen } from '../../../src/services/core/listen.ts';
import { bareParts } from '../bare-parts.ts';

/** A source that tells two things and then fails, as often as it is asked, until the daemon stops. */
function bed() {
  const bare = bareParts();
  const { clock, signal } = bare;
  const done: string[] = [];
  const world = { isBroken: false };
  const listening = listen(bare, {
    what: 'links',
    news: async function* () {
      done.push(`asked at ${clock.now()}`);
      if (world.isBroken) throw new Error('no such program');
      yield 'one';
      yield 'other';
      await clock.sleep(100, signal);
      throw new Error('the program has ended');
    },
    heard: (news) => void done.push(news),
    missed: () => void done.push('missed'),
  });
  return { ...bare, done, world, listening };
}

it('begins again when the source has failed, after a look at what may have been missed', async () => {
  const { clock, done, log } = bed();
  await clock.advance(1100);
  const round = ['one', 'other'];
  expect(done).toEqual(['asked at 0', ...round, 'missed', 'asked at 1100', ...round]);
  expect(log.lines).toMatchObject([
    { level: 'warn', message: 'links are not watched at the moment' },
  ]);
});

it('waits longer each time that nothing is told in between', async () => {
  const { clock, done, world } = bed();
  world.isBroken = true;
  await clock.advance(10_000);
  const asked = done.filter((what) => what.startsWith('asked'));
  expect(asked).toEqual([0, 1100, 3100, 7100].map((at) => `asked at ${at}`));
});

it('ends with the daemon', async () => {
  const { clock, stop, listening, log } = bed();
  await clock.advance(50);
  stop();
  await clock.advance(0);
  await listening;
  expect(log.lines).toEqual([]);
});
