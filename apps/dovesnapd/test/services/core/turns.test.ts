import { describe, expect, test } from 'vitest';
import { apart, type Turn, turnKinds, turns } from '../../../src/services/core/turns.ts';
import { turnsInOrder } from '../turns-in-order.ts';

const lone = ['adoption', 'pipeline'];
const turnOf = (kind: string, of: string): Turn =>
  (lone.includes(kind) ? [kind] : [kind, of]) as unknown as Turn;

/** Pairs of kinds of which the first comes before the second. */
const pairs = turnKinds.flatMap((outer, index) =>
  turnKinds.slice(index + 1).map((inner) => [outer, inner] as const),
);

const nothing = async (): Promise<void> => undefined;

test('tasks of one turn follow each other, also after one that fails', async () => {
  const inTurn = turnsInOrder();
  const done: string[] = [];
  let endFirst = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    endFirst = resolve;
  });
  const tasks = [
    inTurn.take(['pool', 'lan'], async () => {
      await first;
      done.push('first');
      throw new Error('fails');
    }),
    inTurn.take(['pool', 'lan'], async () => void done.push('second')),
    inTurn.take(['pool', 'other'], async () => void done.push('of another network')),
  ];
  await tasks[2];
  expect(done).toEqual(['of another network']);
  expect(inTurn.isTaken(['pool', 'lan'])).toBe(true);
  endFirst();
  expect((await Promise.allSettled(tasks)).map(({ status }) => status)).toEqual([
    ...['rejected', 'fulfilled', 'fulfilled'],
  ]);
  expect(done).toEqual(['of another network', 'first', 'second']);
  expect(inTurn.isTaken(['pool', 'lan'])).toBe(false);
});

describe('a turn within another', () => {
  test.each(pairs)('%s may have %s in it', async (outer, inner) => {
    const inTurn = turnsInOrder();
    await inTurn.take(turnOf(outer, 'lan'), () => inTurn.take(turnOf(inner, 'lan'), nothing));
  });

  test.each(pairs)('%s is not taken within %s', async (outer, inner) => {
    const inTurn = turnsInOrder();
    const taken = inTurn.take(turnOf(inner, 'lan'), () =>
      inTurn.take(turnOf(outer, 'lan'), nothing),
    );
    await expect(taken).rejects.toThrow(
      `the turn ${turnOf(outer, 'lan').join(' ')} is taken within the turn ${turnOf(inner, 'lan').join(' ')}`,
    );
  });

  test('is not of the same kind', async () => {
    const inTurn = turnsInOrder();
    const taken = inTurn.take(['pool', 'lan'], () => inTurn.take(['pool', 'other'], nothing));
    await expect(taken).rejects.toThrow('the turn pool other is taken within the turn pool lan');
  });

  test('is told, and taken nevertheless, where that is not an error', async () => {
    const told: string[] = [];
    const inTurn = turns((sentence) => told.push(sentence));
    const result = inTurn.take(['pool', 'lan'], () =>
      inTurn.take(['endpoint', 'e1'], async () => 'done'),
    );
    expect(await result).toBe('done');
    expect(told).toEqual([
      'the turn endpoint e1 is taken within the turn pool lan, which comes after it',
    ]);
  });
});

describe('work that is not in a turn', () => {
  test('is what was started apart', async () => {
    const inTurn = turnsInOrder();
    await inTurn.take(['pool', 'lan'], () => apart(() => inTurn.take(['network', 'lan'], nothing)));
  });

  test('is what goes on after its turn', async () => {
    const inTurn = turnsInOrder();
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    let later: Promise<void> | undefined;
    await inTurn.take(['pool', 'lan'], async () => {
      later = over.then(() => inTurn.take(['network', 'lan'], nothing));
    });
    end();
    await later;
  });
});
