import { fakeClock } from '@dovesnap/testkit';
import { describe, expect, it } from 'vitest';
import { failures } from '../../../src/services/core/failures.ts';
import { type PauseEnd, retries } from '../../../src/services/core/retries.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const what = 'write the datapath to faucet.yaml';

/** A task that fails until it is told to succeed, and when and why it was tried. */
function bed() {
  const clock = fakeClock();
  const known = failures({ log: recordingLog(), clock });
  const again = retries({ clock, failures: known });
  const network = sampleNetwork();
  const tried: { at: number; why: PauseEnd | undefined }[] = [];
  let isMended = false;
  const task = async (why: PauseEnd | undefined): Promise<string> => {
    tried.push({ at: clock.now(), why });
    if (!isMended) throw new Error('not yet');
    return 'done';
  };
  const stop = new AbortController();
  return {
    ...{ clock, known, again, network, tried, stop },
    mend: () => {
      isMended = true;
    },
    begin: () => again.untilDone({ what, network }, task, { signal: stop.signal }),
    times: () => tried.map(({ at }) => at / 1000),
  };
}

it('tries again after pauses that grow to a minute, and shows the failure until it succeeds', async () => {
  const { begin, clock, known, mend, times } = bed();
  const done = begin();
  await clock.advance(200_000);
  expect(times()).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  expect(known.all()).toMatchObject([{ what, since: 0, error: { message: 'not yet' } }]);
  mend();
  await clock.advance(60_000);
  expect(await done).toBe('done');
  expect(known.all()).toEqual([]);
});

it('tries at once when somebody needs it, on this network only', async () => {
  const { begin, clock, again, network, tried } = bed();
  void begin();
  await clock.advance(10_000);
  const count = tried.length;
  again.hurry(sampleNetwork());
  await clock.advance(0);
  expect(tried).toHaveLength(count);
  again.hurry(network);
  await clock.advance(0);
  expect(tried.at(-1)).toEqual({ at: 10_000, why: 'hurried' });
});

it('begins with short pauses again when something has changed', async () => {
  const { begin, clock, again, tried } = bed();
  void begin();
  await clock.advance(100_000);
  again.startOver();
  await clock.advance(3000);
  expect(tried.slice(-3)).toEqual([
    { at: 100_000, why: 'changed' },
    { at: 101_000, why: 'due' },
    { at: 103_000, why: 'due' },
  ]);
});

it('gives up when the signal fires, with its reason, and shows the failure no longer', async () => {
  const { begin, clock, known, stop } = bed();
  const done = begin();
  const reason = new Error('the network is being removed');
  const rejected = expect(done).rejects.toBe(reason);
  await clock.advance(1500);
  stop.abort(reason);
  await rejected;
  expect(known.all()).toEqual([]);
});

it('does not try again what is final', async () => {
  const { again, known } = bed();
  const error = new Error('bad option');
  const task = async (): Promise<void> => {
    throw error;
  };
  const options = { signal: new AbortController().signal, isFinal: () => true };
  await expect(again.untilDone({ what }, task, options)).rejects.toBe(error);
  expect(known.all()).toEqual([]);
});

it('tries again at once when something has changed during a try that failed', async () => {
  const { clock, again, network, stop } = bed();
  const whys: (PauseEnd | undefined)[] = [];
  const task = async (why: PauseEnd | undefined): Promise<void> => {
    whys.push(why);
    await clock.sleep(50);
    if (whys.length === 1) again.startOver();
    throw new Error('not yet');
  };
  again.keepTrying({ what, network }, task, { signal: stop.signal });
  await clock.advance(50);
  expect(whys).toEqual([undefined, 'changed']);
  await clock.advance(1000);
  expect(whys).toHaveLength(2);
  await clock.advance(50);
  expect(whys).toEqual([undefined, 'changed', 'due']);
});

describe('a subject that changes', () => {
  it('ends the pauses of its own tries, and no others', async () => {
    const { again, clock, network, stop } = bed();
    const [mine, other] = [{}, {}];
    const tried: [string, PauseEnd | undefined][] = [];
    const begin = (name: string, subject: object) =>
      again.keepTrying(
        { what: name, network },
        async (why) => {
          tried.push([name, why]);
          throw new Error('not yet');
        },
        { signal: stop.signal, subject, tell: () => undefined },
      );
    begin('mine', mine);
    begin('other', other);
    await clock.advance(0);
    again.changed(mine);
    await clock.advance(0);
    expect(tried).toEqual([
      ['mine', undefined],
      ['other', undefined],
      ['mine', 'changed'],
    ]);
    stop.abort();
  });

  it('has a try that began before it repeated at once, but not for an error that is of something else', async () => {
    const { again, clock, network, stop, known } = bed();
    const subject = {};
    const tried: number[] = [];
    const errors = ['of the subject', 'of the file', 'of the file'];
    const told: string[] = [];
    again.keepTrying(
      { what, network },
      async () => {
        tried.push(clock.now());
        const error = errors.shift();
        if (error !== undefined) again.changed(subject);
        if (error !== undefined) throw new Error(error);
      },
      {
        ...{ signal: stop.signal, subject },
        isOfSubject: (error) => (error as Error).message === 'of the subject',
        tell: (error) => void told.push((error as Error).message),
      },
    );
    await clock.advance(5000);
    expect(tried).toEqual([0, 0, 1000, 3000]);
    expect(told).toEqual(['of the subject', 'of the file', 'of the file']);
    expect(known.all()).toEqual([]);
  });
});
