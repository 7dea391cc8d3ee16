import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { tellPort } from '../../../src/domain/port-life.ts';
import { portRecord } from '../../../src/plan/networks/bridge-spec.ts';
import { failures } from '../../../src/services/core/failures.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { retries } from '../../../src/services/core/retries.ts';
import type { Admission } from '../../../src/services/endpoints/admission.ts';
import { attachments } from '../../../src/services/endpoints/attachments.ts';
import type { Opening } from '../../../src/services/endpoints/opening.ts';
import type { Pool } from '../../../src/services/pool/pool.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

function bed(commit: () => Promise<void>) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint() });
  const log = recordingLog();
  const clock = fakeClock(5000);
  const known = failures({ log, clock });
  const links = { error: undefined as Error | undefined, closed: 0 };
  const parts = {
    log,
    clock,
    failures: known,
    retries: retries({ clock, failures: known }),
    host: {
      apply: async () => {
        if (links.error !== undefined) throw links.error;
        links.closed += 1;
      },
    },
    ovs: { commit },
  } as unknown as Parts;
  const pool = {
    giveBack: (_network: unknown, left: typeof port) =>
      tellPort(left, { kind: 'given-back', at: 5000 }),
  } as unknown as Pool;
  const opening = {
    left: (_network: unknown, left: typeof port) => void tellPort(left, { kind: 'left' }),
    vacated: () => undefined,
    setAside: (_network: unknown, aside: typeof port, phase: 'pending', reason: string) =>
      tellPort(aside, { kind: 'set-aside', phase, reason }),
  } as unknown as Opening;
  const service = attachments(parts, pool, {
    admission: {} as Admission,
    opening,
    macs: { left: () => undefined },
    holders: { claim: async () => undefined },
  });
  const release = () => service.release(network, port);
  const suspend = () => service.suspend(network, port, 'a reason');
  return { network, port, lines: log.lines, release, suspend, clock, links, failed: known.all };
}

test('whoever repairs the network while the record of a gone endpoint is cleared does not put it back', async () => {
  const recorded: unknown[] = [];
  const { network, port, release } = bed(async () => {
    recorded.push(portRecord(network.spec, port, network.spec.engineId).endpoint);
  });
  await release();
  expect(recorded).toEqual([undefined]);
});

test('a record that a switch which is away keeps is cleared later, and the port is given back', async () => {
  let isAway = true;
  const { port, lines, release, clock } = bed(async () => {
    if (isAway) throw new Error('Open vSwitch is not reachable');
  });
  await release();
  expect([port.endpoint, port.phase]).toEqual([undefined, 'dirty']);
  isAway = false;
  await clock.advance(5000);
  expect(lines.map(({ message }) => message)).toEqual([
    'could not clear the record of port 1: Open vSwitch is not reachable',
    'can clear the record of port 1 again',
  ]);
});

test('a record that went with its port is not cleared for ever', async () => {
  const { network, port, release, clock, failed } = bed(async () => {
    throw new Error('there is no such row');
  });
  await release();
  expect(failed()).toMatchObject([{ what: 'clear the record of port 1' }]);
  network.ports.delete(port.ofPort);
  await clock.advance(5000);
  expect(failed()).toEqual([]);
});

test('a link that cannot be closed keeps no port from being given back', async () => {
  const { port, release, links, failed } = bed(async () => undefined);
  links.error = new Error('ip does not start');
  await release();
  expect([port.endpoint, port.phase]).toEqual([undefined, 'dirty']);
  expect(failed()).toMatchObject([
    { what: 'close port 1', error: { message: 'ip does not start' } },
  ]);
});

test('a link that cannot be closed is closed as soon as it can be', async () => {
  const { port, suspend, links, failed, clock } = bed(async () => undefined);
  links.error = new Error('ip does not start');
  await suspend();
  expect(port).toMatchObject({ held: true, phase: 'pending', reason: 'a reason' });
  expect(failed()).toHaveLength(1);
  links.error = undefined;
  await clock.advance(5000);
  expect(links.closed).toBe(1);
  expect(failed()).toEqual([]);
});

test('a link whose port is open by now is not closed any more', async () => {
  const { port, suspend, links, failed, clock } = bed(async () => undefined);
  links.error = new Error('ip does not start');
  await suspend();
  links.error = undefined;
  Object.assign(port, { held: false });
  await clock.advance(5000);
  expect(links.closed).toBe(0);
  expect(failed()).toEqual([]);
});
