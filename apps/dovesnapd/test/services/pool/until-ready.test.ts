import { fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { retries } from '../../../src/services/core/retries.ts';
import { datapathWrite } from '../../../src/services/faucet/datapaths.ts';
import type { LeftAcls } from '../../../src/services/pool/left-acls.ts';
import { pool } from '../../../src/services/pool/pool.ts';
import { portNews } from '../../../src/services/pool/port-news.ts';
import type { WarmPorts } from '../../../src/services/pool/warm-ports.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

function bed() {
  const network = sampleNetwork();
  const port = addPort(network, 1, { flows: 'awaited' });
  const clock = fakeClock();
  const log = recordingLog();
  const known = failures({ log, clock });
  const again = retries({ clock, failures: known });
  const parts = { log, clock, turns: turnsInOrder(), failures: known, retries: again };
  const news = portNews();
  const ports = pool(parts as unknown as Parts, {} as WarmPorts, news, {} as LeftAcls);
  return { network, port, news, known, again, clock, ports };
}

const signal = new AbortController().signal;
const full = new DovesnapError('FAUCET_FILE', 'no space left on the device');

it('ends when the port is ready', async () => {
  const { network, port, news, ports } = bed();
  const waiting = ports.untilReady(network, port, signal);
  Object.assign(port, { flows: 'seen' });
  news.tell(network);
  await waiting;
});

it('fails at once when the network cannot be written to faucet.yaml', async () => {
  const { network, port, known, ports } = bed();
  const waiting = ports.untilReady(network, port, signal);
  known.note({ what: 'set the firewall rules' }, new Error('no iptables'));
  known.note({ what: datapathWrite, network: sampleNetwork() }, new Error('of another network'));
  known.note({ what: datapathWrite, network }, full);
  await expect(waiting).rejects.toBe(full);
});

it('has what failed before tried at once, and waits for what comes of it', async () => {
  const { network, port, news, known, again, clock, ports } = bed();
  let isMended = false;
  const write = async (): Promise<void> => {
    if (!isMended) throw full;
    Object.assign(port, { flows: 'seen' });
    news.tell(network);
  };
  void again.untilDone({ what: datapathWrite, network }, write, { signal });
  await clock.advance(100_000);
  expect(known.all()).toHaveLength(1);
  isMended = true;
  await ports.untilReady(network, port, signal);
  expect(known.all()).toEqual([]);
});
