import { OvsError, type Wait } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { untilInForce } from '../../../src/services/endpoints/until-in-force.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

const policy = { acls: ['slow'], treatments: noTreatments };

function bed(seen: readonly boolean[], loaded: boolean) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: 'claimed', endpoint: sampleEndpoint() });
  const answers = [...seen];
  const restarted: object[] = [];
  const wait = untilInForce(
    { faucet: { status: () => ({ reachable: true, loaded }) } } as Parameters<
      typeof untilInForce
    >[0],
    {
      untilCarries: async (_network, _port, { signal }: Wait) => {
        if (signal?.aborted) throw new OvsError('ABORTED', 'ended');
        if (answers.shift() !== true) throw new OvsError('TIMEOUT', 'not in time');
      },
    },
    async (_network, { held, flows }) => void restarted.push({ held, flows }),
  );
  return { restarted, wait: (signal: AbortSignal) => wait(network, port, policy, signal) };
}

const open = new AbortController().signal;

test('a port whose flows do not come is restarted until they do', async () => {
  const { restarted, wait } = bed([false, false, true], true);
  await wait(open);
  const lost = { held: true, flows: 'lost' };
  expect(restarted).toEqual([lost, lost]);
});

test('it waits for a Faucet that has not loaded the file', async () => {
  const { restarted, wait } = bed([false, false, true], false);
  await wait(open);
  expect(restarted).toEqual([]);
});

test('it ends with its signal', async () => {
  const { wait } = bed([], true);
  await expect(wait(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
});
