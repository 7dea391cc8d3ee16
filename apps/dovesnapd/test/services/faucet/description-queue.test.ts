import { setInterface } from '@dovesnap/faucet-config';
import { expect, it } from 'vitest';
import {
  type Description,
  descriptionQueue,
} from '../../../src/services/faucet/description-queue.ts';
import { bareParts } from '../bare-parts.ts';

it('keeps what could not be written, newer ones in its place, and writes it later', async () => {
  const bare = bareParts();
  const { clock, failures: known } = bare;
  const written: (readonly Description[])[] = [];
  let isFull = true;
  const queue = descriptionQueue(bare, async () => {
    const taken = queue.take();
    if (isFull) {
      queue.giveBack(taken);
      throw new Error('no space left on the device');
    }
    written.push(taken);
  });
  const [old, other, fresh] = ['old', 'other', 'fresh'].map((description, port) =>
    setInterface('lab', port + 1, { description }),
  ) as [Description[1], Description[1], Description[1]];
  queue.add('1', old);
  queue.add('2', other);
  await clock.advance(16_000);
  expect(known.all()).toHaveLength(1);
  queue.add('1', fresh);
  isFull = false;
  await clock.advance(60_000);
  expect(written).toEqual([
    [
      ['1', fresh],
      ['2', other],
    ],
  ]);
  expect(known.all()).toEqual([]);
});
