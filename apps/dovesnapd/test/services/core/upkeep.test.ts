import { expect, it } from 'vitest';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import type { PauseEnd } from '../../../src/services/core/retries.ts';
import { keeper, type PartOfNetwork, type Upkeep } from '../../../src/services/core/upkeep.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const what = 'set the rules';

/** An upkeep whose looks take as long, and end, as the test says. */
function bed(how: Partial<Upkeep<AttachedNetwork | undefined>> = {}) {
  const bare = bareParts();
  const { clock } = bare;
  const looks: { at: number; network: AttachedNetwork | undefined; why?: PauseEnd | undefined }[] =
    [];
  const world = {
    takesMs: 0,
    error: undefined as Error | undefined,
    answer: undefined as boolean | undefined,
    underWay: 0,
    mostUnderWay: 0,
  };
  const keep = keeper<AttachedNetwork | undefined>(bare, {
    what,
    ...how,
    act: async (network, why) => {
      looks.push({ at: clock.now(), network, why });
      world.underWay += 1;
      world.mostUnderWay = Math.max(world.mostUnderWay, world.underWay);
      await clock.sleep(world.takesMs);
      world.underWay -= 1;
      if (world.error !== undefined) throw world.error;
      return world.answer;
    },
  });
  const times = (): number[] => looks.map(({ at }) => at);
  return { ...bare, looks, world, keep, times };
}

it('makes one look of those that are asked for before it begins, and one more of those during it', async () => {
  const { clock, world, keep, times } = bed();
  world.takesMs = 100;
  for (let i = 0; i < 3; i++) keep.look(undefined);
  await clock.advance(50);
  for (let i = 0; i < 3; i++) keep.look(undefined);
  await clock.advance(1000);
  expect(times()).toEqual([0, 100]);
});

it('waits for more reasons as long as it is told to', async () => {
  const { clock, keep, times } = bed({ gatherMs: 300 });
  keep.look(undefined);
  await clock.advance(200);
  keep.look(undefined);
  await clock.advance(1000);
  expect(times()).toEqual([300]);
  keep.look(undefined);
  const asserted = keep.assert(undefined);
  await clock.advance(0);
  await asserted;
  expect(times()).toEqual([300, 1200]);
});

it('looks at networks side by side, and at one of them once at a time', async () => {
  const { clock, world, keep, looks } = bed();
  const [one, other] = [sampleNetwork(), sampleNetwork()];
  world.takesMs = 100;
  keep.look(one);
  keep.look(other);
  await clock.advance(0);
  keep.look(one);
  await clock.advance(0);
  expect(looks.map(({ network }) => network)).toEqual([one, other]);
  expect(world.mostUnderWay).toBe(2);
  await clock.advance(100);
  expect(looks.at(-1)).toMatchObject({ at: 100, network: one });
});

it('looks again after what fails, shows that, and says when it is over', async () => {
  const { clock, log, failures, world, keep, times } = bed();
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(10_000);
  expect(times()).toEqual([0, 1000, 3000, 7000]);
  expect(failures.all()).toMatchObject([{ what, error: { message: 'no' } }]);
  world.error = undefined;
  await clock.advance(100_000);
  expect(failures.all()).toEqual([]);
  expect(times()).toEqual([0, 1000, 3000, 7000, 15_000]);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'could not set the rules: no',
    'can set the rules again',
  ]);
});

it('looks again, without a word, when somebody else tells what is still to be done', async () => {
  const { clock, failures, world, keep, times } = bed();
  world.answer = false;
  keep.look(undefined);
  await clock.advance(2000);
  expect([times(), failures.all()]).toEqual([[0, 1000], []]);
});

it('tells why it looks again, and starts over with short pauses when something has changed', async () => {
  const { clock, retries, world, keep, looks } = bed();
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(20_000);
  retries.startOver();
  await clock.advance(1000);
  expect(looks.slice(-2)).toMatchObject([
    { at: 20_000, why: 'changed' },
    { at: 21_000, why: 'due' },
  ]);
});

it('looks again at once when something has changed during a look that then fails', async () => {
  const { clock, retries, world, keep, looks } = bed();
  world.takesMs = 100;
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(50);
  retries.startOver();
  await clock.advance(1500);
  expect(looks).toMatchObject([{ at: 0 }, { at: 100, why: 'changed' }, { at: 1200, why: 'due' }]);
});

it('gives whoever asserts the error of this look, and tries again all the same', async () => {
  const { clock, world, keep, times } = bed();
  world.error = new Error('no');
  const asserted = keep.assert(undefined).catch((error: unknown) => error);
  await clock.advance(0);
  expect(await asserted).toBe(world.error);
  world.error = undefined;
  await clock.advance(1000);
  expect(times()).toEqual([0, 1000]);
});

it('may take within a look for whoever waits only the turns that they may', async () => {
  const { clock, turns, ...bare } = bareParts();
  const looks: number[] = [];
  const act = () => turns.take(['endpoint', 'e'], async () => looks.push(clock.now()));
  const keep = keeper<undefined>({ ...bare, clock }, { what, act });
  const asserted = turns.take(['pool', 'p'], () => keep.assert(undefined)).catch(String);
  await clock.advance(0);
  expect(await asserted).toMatch(/endpoint e is taken within the turn pool p/);
  await turns.take(['pool', 'p'], async () => keep.look(undefined));
  await clock.advance(0);
  expect(looks).toEqual([0]);
});

it('ends with the life of its network, and takes what it has shown with it', async () => {
  const { clock, failures, world, keep, looks } = bed();
  const network = sampleNetwork();
  world.error = new Error('no');
  keep.look(network);
  await clock.advance(0);
  network.life.abort();
  keep.look(network);
  await clock.advance(60_000);
  expect(looks).toHaveLength(1);
  expect(failures.all()).toEqual([]);
});

it('ends with the daemon', async () => {
  const { clock, stop, world, keep, times } = bed();
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(0);
  stop();
  await clock.advance(60_000);
  expect(times()).toEqual([0]);
});

it('leaves reasons that come in a pause to its end where it is patient', async () => {
  const { clock, world, keep, times } = bed({ isPatient: true, gatherMs: 10 });
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(100);
  keep.look(undefined);
  await clock.advance(2000);
  keep.look(undefined);
  world.error = undefined;
  await clock.advance(10_000);
  expect(times()).toEqual([10, 1010, 3010]);
  keep.look(undefined);
  await clock.advance(10);
  expect(times()).toHaveLength(4);
});

it('leaves it to whoever tells of a failure when to look again', async () => {
  const told: unknown[] = [];
  const { clock, failures, world, keep, times } = bed({ tell: (_, error) => told.push(error) });
  world.error = new Error('no');
  keep.look(undefined);
  await clock.advance(60_000);
  expect([times(), told, failures.all()]).toEqual([[0], [world.error], []]);
  keep.look(undefined);
  await clock.advance(0);
  expect(times()).toEqual([0, 60_000]);
});

it('looks at things of a network side by side, and shows which of them fail, while the network lives', async () => {
  const bare = bareParts();
  const network = sampleNetwork();
  const looks: string[] = [];
  const keep = keeper<PartOfNetwork & { key: object; name: string }>(bare, {
    what: ({ name }) => `open ${name}`,
    gatherMs: 300,
    keyOf: ({ key }) => key,
    act: async ({ name }) => {
      looks.push(name);
      if (name === 'other') throw new Error('no');
    },
  });
  const [one, other] = [{}, {}];
  keep.look({ network, key: one, name: 'one' });
  keep.look({ network, key: one, name: 'one again' });
  keep.look({ network, key: other, name: 'other' });
  await bare.clock.advance(300);
  expect(looks).toEqual(['one', 'other']);
  expect(bare.failures.all()).toMatchObject([{ what: 'open other', network }]);
  keep.look({ network, key: one, name: 'late' });
  network.life.abort();
  await bare.clock.advance(10_000);
  expect(looks).toEqual(['one', 'other']);
});
