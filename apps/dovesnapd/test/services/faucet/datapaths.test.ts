import { parseFaucet } from '@dovesnap/faucet-config';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Registry } from '../../../src/services/core/registry.ts';
import { retries } from '../../../src/services/core/retries.ts';
import { datapaths } from '../../../src/services/faucet/datapaths.ts';
import type { FaucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

test('a network that goes while it is being configured is given up, with the reason', async () => {
  const network = sampleNetwork();
  const reason = new DovesnapError('UNKNOWN_NETWORK', 'the network is being removed');
  const log = recordingLog();
  const clock = fakeClock();
  const known = failures({ log, clock });
  const again = retries({ clock, failures: known });
  const desk = {
    model: async () => parseFaucet('dps: {}\n'),
  } as unknown as FaucetDesk;
  const vlanOut = {
    assert: async () => {
      network.life.abort(reason);
      throw new DovesnapError('UNKNOWN_ACL', 'not there');
    },
    sweep: async () => undefined,
  };
  const registry = { named: async () => 'lab' } as unknown as Registry;
  const service = datapaths(
    { log, config: {}, turns: turnsInOrder(), failures: known, retries: again } as unknown as Parts,
    desk,
    registry,
    vlanOut,
  );
  await expect(service.configure(network, [], network.life.signal)).rejects.toBe(reason);
  expect([...network.notes]).toEqual([]);
  expect(log.lines).toEqual([]);
});
