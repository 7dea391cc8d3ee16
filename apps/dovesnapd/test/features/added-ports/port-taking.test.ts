import { setImmediate } from 'node:timers/promises';
import type { Change } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import { addedPorts } from '../../../src/features/added-ports/added-ports.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { eth1, port, stateWith } from '../../plan/interfaces/other-ports-sample.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../../services/bare-parts.ts';

/** A network whose interface cannot be taken this many times, on a switch that has it. */
function bed(refusals: number) {
  const bare = bareParts();
  const { clock } = bare;
  const network = sampleNetwork({ userspace: false, addedPorts: [eth1] });
  const taken: number[] = [];
  const parts = {
    ...bare,
    ovs: { live: true, state: () => stateWith(port('eth1', {})), commit: async () => undefined },
    host: {
      link: async () => ({ name: 'eth1', ifindex: 7, mtu: 1500, addresses: [] }),
      routes: async () => [],
      merging: async () => [],
      apply: async (_: readonly Change[]) => {
        taken.push(clock.now());
        if (taken.length <= refusals) throw new Error('the kernel says no');
      },
    },
  } as unknown as Parts;
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await setImmediate();
  };
  const { tend } = addedPorts(parts);
  const look = async (): Promise<void> => {
    tend?.(network);
    await settled();
  };
  return { ...{ clock, taken, settled, look, network }, failing: () => bare.failures.all() };
}

test('an interface that cannot be taken is tried again until it can, and shown meanwhile', async () => {
  const { clock, taken, settled, look, failing, network } = bed(2);
  await look();
  expect(taken).toEqual([0]);
  expect(failing()).toMatchObject([{ what: 'take the host interfaces of the network', network }]);
  await clock.advance(1000);
  await settled();
  await clock.advance(2000);
  await settled();
  expect(taken).toEqual([0, 1000, 3000]);
  expect(failing()).toEqual([]);
});

test('it is tried again at once when the switch has changed', async () => {
  const { taken, look, failing } = bed(1);
  await look();
  await look();
  expect(taken).toEqual([0, 0]);
  expect(failing()).toEqual([]);
});

test('one that was taken is left alone', async () => {
  const { taken, look } = bed(0);
  await look();
  await look();
  expect(taken).toEqual([0]);
});

test('what ports it adds is said of each, with its option', () => {
  const { spec } = sampleNetwork({ addedPorts: [eth1] });
  const { feature } = addedPorts({} as Parts).on({ ...spec, dpid: undefined }, true);
  expect(feature.hostPorts).toEqual([{ ...eth1, option: 'ovs.bridge.add_ports' }]);
});
