import { setInterface } from '@dovesnap/faucet-config';
import { fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { failures } from '../../../src/services/core/failures.ts';
import { retries } from '../../../src/services/core/retries.ts';
import {
  type Description,
  descriptionQueue,
} from '../../../src/services/faucet/description-queue.ts';
import { recordingLog } from '../../recording-log.ts';

it('keeps what could not be written, newer ones in its place, and writes it later', async () => {
  const clock = fakeClock();
  const known = failures({ log: recordingLog(), clock });
  const written: (readonly Description[])[] = [];
  let isFull = true;
  const queue = descriptionQueue({
    ...{ clock, signal: new AbortController().signal },
    retries: retries({ clock, failures: known }),
    write: async () => {
      const taken = queue.take();
      if (isFull) {
        queue.giveBack(taken);
        throw new Error('no space left on the device');
      }
      written.push(taken);
    },
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
