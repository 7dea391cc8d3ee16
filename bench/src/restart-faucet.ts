import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '@dovesnap/testkit';
import { areAllBack, type FlowAge, parseFlowAges } from './flow-ages.ts';
import { networkStatus } from './network-status.ts';
import { startSamplers } from './samplers.ts';

/** How a restart of Faucet went; milliseconds, from the start of its process unless said otherwise. */
export interface Restart {
  /** Its metrics page says that it has read its configuration. */
  readonly answers: number;
  /** Every flow of every taken port is in the switch again. */
  readonly flowsBack: number;
  /** The longest time that one of the pinging containers was without a reply. */
  readonly silence: number;
}

const lookMs = 50;
const patienceMs = 180_000;

/** Stops Faucet and starts it again while containers ping. */
export async function restartFaucet(
  host: Host,
  network: string,
  containers: readonly string[],
  peer: string,
): Promise<Restart> {
  const { bridge, taken } = await networkStatus(host, network);
  const ports = new Set(taken);
  const flowsOfTaken = async (): Promise<readonly FlowAge[]> =>
    parseFlowAges(await host.ovs.ofctl('--no-names', 'dump-flows', bridge)).filter((flow) =>
      ports.has(flow.ofPort),
    );
  const keys = new Set((await flowsOfTaken()).map(({ key }) => key));
  const samplers = await startSamplers(host, containers, peer);
  try {
    await host.faucet.stop();
    const started = performance.now();
    const since = (): number => performance.now() - started;
    const answers = host.faucet.start().then(since);
    while (!areAllBack(await flowsOfTaken(), keys, since() / 1000)) {
      if (since() > patienceMs) throw new Error('flows did not come back after a restart');
      await sleep(lookMs);
    }
    const flowsBack = since();
    await samplers.repliesAfter(started + flowsBack);
    return { answers: await answers, flowsBack, silence: samplers.longestSilence(started) };
  } finally {
    await samplers.stop();
  }
}
