import { setImmediate } from 'node:timers/promises';
import { parseFaucet } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { localOfPort } from '../../../src/domain/names.ts';
import { recordTaken } from '../../../src/domain/network-record.ts';
import { boundInterfaces } from '../../../src/features/binding/bound-interfaces.ts';
import { boundNetwork } from '../../../src/features/binding/bound-network.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { FaucetDesk } from '../../../src/services/faucet/faucet-desk.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../../services/bare-parts.ts';

/** An interface that cannot be bound; `during`: what happens while an attempt is under way. */
function bed(during: (attempt: number) => void) {
  const features = [boundNetwork({ boundInterface: 'eth0', mtu: undefined })];
  const network = sampleNetwork({ features, mode: 'flat', boundInterface: 'eth0' });
  recordTaken(network.record, 'eth0', {
    ...{ ifindex: 7, mac: '52:54:00:00:00:01', mtu: 1500, addresses: [], routes: [] },
    ...{ merging: [], ofPort: 2 },
  });
  const text = `dps: {lab: {dp_id: 1, interfaces: {2: {native_vlan: 100}, ${localOfPort}: {native_vlan: 100}}}}`;
  const bare = bareParts();
  const { clock } = bare;
  const attempts: number[] = [];
  const parts = {
    ...bare,
    config: { attachTimeout: 5000 },
    ovs: { live: true, state: () => ({ bridges: [] }) },
    host: {
      link: async () => {
        attempts.push(clock.now());
        during(attempts.length);
        throw new Error('no such interface');
      },
    },
  } as unknown as Parts;
  const desk = { latest: parseFaucet(text) } as unknown as FaucetDesk;
  const flows = { untilCarries: async () => undefined } as unknown as Flows;
  const { tend } = boundInterfaces(parts, desk, flows);
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await setImmediate();
  };
  return { ...{ network, clock, attempts, settled }, look: () => tend(network, { retry: true }) };
}

test('what changes while an attempt is under way that then fails leads to another, a while later', async () => {
  const { look, clock, attempts, settled } = bed((attempt) => {
    if (attempt === 1) for (let event = 0; event < 5; event++) look();
  });
  look();
  await settled();
  const first = attempts.length;
  expect(attempts).toEqual(Array.from({ length: first }, () => 0));
  await clock.advance(2999);
  await settled();
  expect(attempts).toHaveLength(first);
  await clock.advance(1);
  await settled();
  expect(attempts.slice(first)).toEqual(Array.from({ length: first }, () => 3000));
});

test('nothing more is tried when nothing changes', async () => {
  const { look, clock, attempts, settled } = bed(() => undefined);
  look();
  await settled();
  const first = attempts.length;
  expect(first).toBeGreaterThan(0);
  await clock.advance(60_000);
  await settled();
  expect(attempts).toHaveLength(first);
});
