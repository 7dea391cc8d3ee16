import { expect, test } from 'vitest';
import { portRecord } from '../../../src/plan/networks/bridge-spec.ts';
import { attachments } from '../../../src/services/endpoints/attachments.ts';
import type { Opening } from '../../../src/services/endpoints/opening.ts';
import type { Parts } from '../../../src/services/parts.ts';
import type { Pool } from '../../../src/services/pool/pool.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

function bed(commit: () => Promise<void>) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint() });
  const log = recordingLog();
  const parts = {
    log,
    clock: { now: () => 5000 },
    host: { apply: async () => undefined },
    ovs: { commit },
  } as unknown as Parts;
  const pool = {
    giveBack: (_network: unknown, left: typeof port) =>
      Object.assign(left, { endpoint: undefined, phase: 'dirty', freedAt: 5000 }),
  } as unknown as Pool;
  const opening = {
    left: (_network: unknown, left: typeof port) => {
      if (left.endpoint !== undefined) left.endpoint.phase = 'left';
    },
    vacated: () => undefined,
  } as unknown as Opening;
  const service = attachments(parts, pool, {
    admission: { admit: async () => undefined },
    opening,
    macs: { left: () => undefined },
  });
  return { network, port, lines: log.lines, release: () => service.release(network, port) };
}

test('whoever repairs the network while the record of a gone endpoint is cleared does not put it back', async () => {
  const recorded: unknown[] = [];
  const { network, port, release } = bed(async () => {
    recorded.push(portRecord(network, port, network.engineId).endpoint);
  });
  await release();
  expect(recorded).toEqual([undefined]);
});

test('a record that a switch which is away keeps is said, and the port is given back', async () => {
  const { port, lines, release } = bed(async () => {
    throw new Error('Open vSwitch is not reachable');
  });
  await release();
  expect([port.endpoint, port.phase]).toEqual([undefined, 'dirty']);
  expect(lines.map(({ message }) => message)).toEqual([
    'the record of the endpoint could not be cleared yet',
  ]);
  expect(lines[0]?.fields).toMatchObject({ container: 'web' });
});
