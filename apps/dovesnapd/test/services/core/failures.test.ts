import { fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { failures } from '../../../src/services/core/failures.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const file = 'write the datapath to faucet.yaml';

function bed() {
  const log = recordingLog();
  const clock = fakeClock(1000);
  return { log, clock, known: failures({ log, clock }) };
}

it('shows what has failed, since when and why, until it is cleared', async () => {
  const { known, clock } = bed();
  const network = sampleNetwork({}, { name: 'lab' });
  known.note({ what: file, network }, new Error('no space'));
  await clock.advance(500);
  known.note({ what: file, network }, new Error('read-only'));
  known.note({ what: 'set the firewall rules' }, 'no iptables');
  expect(known.all()).toMatchObject([
    { what: file, network, since: 1000, error: { message: 'read-only' } },
    { what: 'set the firewall rules', since: 1500, error: { message: 'no iptables' } },
  ]);
  known.clear({ what: file, network });
  expect(known.all()).toHaveLength(1);
});

it('warns once for each reason, and says when it is over', () => {
  const { known, log } = bed();
  const network = sampleNetwork({}, { name: 'lab' });
  for (const why of ['no space', 'no space', 'read-only', 'read-only']) {
    known.note({ what: file, network }, new Error(why));
  }
  known.clear({ what: file, network });
  known.clear({ what: file, network });
  expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    `warn: could not ${file}: no space`,
    `warn: could not ${file}: read-only`,
    `info: can ${file} again`,
  ]);
});

it('forgets without a word what nobody wants any more', () => {
  const { known, log } = bed();
  known.note({ what: file }, new Error('no space'));
  known.drop({ what: file });
  expect([known.all().length, log.lines.length]).toEqual([0, 1]);
});

it('tells networks apart, and says nothing of those that are being removed', () => {
  const { known } = bed();
  const one = sampleNetwork({}, { name: 'one' });
  const two = sampleNetwork({ id: 'b'.repeat(64) }, { name: 'two' });
  known.note({ what: file, network: one }, new Error('no space'));
  known.note({ what: file, network: two }, new Error('no space'));
  expect(known.all()).toHaveLength(2);
  one.life.abort();
  expect(known.all()).toMatchObject([{ network: two }]);
});

it('tells those who follow of each failure, until they have heard enough', () => {
  const { known } = bed();
  const heard: string[] = [];
  const end = known.follow(({ error }) => heard.push(error.message));
  known.note({ what: file }, new Error('first'));
  known.note({ what: file }, new Error('first'));
  end();
  known.note({ what: file }, new Error('second'));
  expect(heard).toEqual(['first', 'first']);
});
