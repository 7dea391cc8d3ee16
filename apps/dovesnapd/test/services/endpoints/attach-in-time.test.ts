import { type FakeClock, fakeClock } from '@dovesnap/testkit';
import { expect, it } from 'vitest';
import { DovesnapError } from '../../../src/domain/error.ts';
import { setNote } from '../../../src/domain/network-notes.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Admission } from '../../../src/services/endpoints/admission.ts';
import { attachInTime } from '../../../src/services/endpoints/attach-in-time.ts';
import type { Opening } from '../../../src/services/endpoints/opening.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

const away = { reachable: false, loaded: false, loadError: undefined };
const policy = { acls: ['a'], treatments: noTreatments, macPrefix: undefined };

function bed(prove: Admission['prove'], status: object = away) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: 'claimed', endpoint: sampleEndpoint() });
  const clock: FakeClock = fakeClock();
  const opened: number[] = [];
  const ending = new AbortController();
  const parts = {
    ...{ clock, config: { faucetMetrics: '127.0.0.1:9302' } },
    faucet: { status: () => status },
    host: { apply: async () => undefined },
  } as unknown as Parts;
  const opening = {
    joining: () => undefined,
    decide: async () => policy,
    opened: () => opened.push(clock.now()),
  } as unknown as Opening;
  const attach = attachInTime(
    parts,
    { prefer: (_network, taken) => taken },
    {
      ...{ admission: { ...atOnce, prove }, opening, late: { stop: async () => undefined } },
      holders: { claim: async () => undefined },
    },
  );
  return {
    ...{ network, port, clock, opened },
    ending,
    attach: (leftMs: number) => attach(network, port, { leftMs, signal: ending.signal }),
  };
}

const atOnce: Admission = {
  check: async () => undefined,
  prepare: async () => undefined,
  prove: async () => 0,
  open: async () => undefined,
};

/** Waits for as long as it may. */
const forEver: Admission['prove'] = (_network, _port, _policy, signal) =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

it('opens a port', async () => {
  const { attach, opened, port } = bed(async () => 0);
  expect(await attach(5000)).toEqual({ port, pending: undefined });
  expect(opened).toEqual([0]);
});

it('is over when its time is, whether or not Faucet answers', async () => {
  for (const status of [away, { ...away, reachable: true }]) {
    const { attach, clock } = bed(forEver, status);
    const outcome = attach(5000);
    let isOver = false;
    void outcome.then(() => {
      isOver = true;
    });
    await clock.advance(4999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect((await outcome).pending).toBeDefined();
  }
});

it.each([
  ['Faucet is away', away, 'Faucet does not answer at 127.0.0.1:9302'],
  [
    'Faucet refuses the file',
    { ...away, reachable: true, loadError: 'no such VLAN' },
    'Faucet refuses faucet.yaml: no such VLAN',
  ],
  ['Faucet is at it', { ...away, reachable: true }, 'Faucet has not put the policy in force yet'],
  [
    'the switch is at it',
    { ...away, reachable: true, loaded: true },
    'the switch does not have every flow of ACL a yet',
  ],
])('says why when %s', async (_what, status, reason) => {
  const { attach, clock, port } = bed(forEver, status);
  Object.assign(port, { acls: ['a'] });
  const outcome = attach(1000);
  await clock.advance(1000);
  expect((await outcome).pending).toBe(reason);
});

it('says first what the rest follows from', async () => {
  const { attach, clock, network } = bed(forEver, { ...away, reachable: true, loaded: true });
  setNote(network.notes, 'faucet', { sentence: 'no space left on the device' });
  const outcome = attach(1000);
  await clock.advance(1000);
  expect((await outcome).pending).toBe('no space left on the device');
});

it('is over when Docker has to be answered, and says why', async () => {
  const { attach, ending } = bed(forEver);
  const outcome = attach(5000);
  ending.abort(new DovesnapError('STOPPING', 'dovesnapd is stopping'));
  expect((await outcome).pending).toBe('dovesnapd is stopping');
});

it('fails at once of what waiting does not mend', async () => {
  const error = new DovesnapError('FAUCET_FILE', 'no space left on the device');
  const { attach, clock } = bed(async () => {
    throw error;
  });
  await expect(attach(5000)).rejects.toBe(error);
  await clock.advance(0);
  expect(clock.sleepers()).toEqual([]);
});
