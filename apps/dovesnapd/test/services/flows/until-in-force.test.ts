import { OvsError, type Wait } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { untilInForce } from '../../../src/services/flows/until-in-force.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';

const policy = { acls: ['slow'], mirror: false };

function bed(seen: readonly boolean[], loaded: boolean) {
  const network = sampleNetwork();
  const port = addPort(network, 1);
  const answers = [...seen];
  const anew: object[] = [];
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
    async (_network, { phase, held, lost }) => void anew.push({ phase, held, lost }),
  );
  return { anew, wait: (signal: AbortSignal) => wait(network, port, policy, signal) };
}

const open = new AbortController().signal;

test('a port whose flows do not come is made anew until they do', async () => {
  const { anew, wait } = bed([false, false, true], true);
  await wait(open);
  const lost = { phase: 'warming', held: true, lost: true };
  expect(anew).toEqual([lost, lost]);
});

test('it waits for a Faucet that has not loaded the file', async () => {
  const { anew, wait } = bed([false, false, true], false);
  await wait(open);
  expect(anew).toEqual([]);
});

test('it ends with its signal', async () => {
  const { wait } = bed([], true);
  await expect(wait(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
});
