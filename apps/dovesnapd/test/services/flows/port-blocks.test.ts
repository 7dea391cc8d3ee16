import { type FlowTracker, OvsError } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { recordBlocked } from '../../../src/domain/network-record.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { portBlocks } from '../../../src/services/flows/port-blocks.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

/** A bridge with its own port and a tap; what is done to them, in order, with what is on record. */
function bed() {
  const network = sampleNetwork();
  const { bridge } = network.spec;
  const port = (name: string, ofPort: number) => ({ name, interfaces: [{ ofPort, ifindex: 3 }] });
  const world = { ports: [port(bridge, 65534), port('tap', 7)], fails: false, live: true };
  const done: string[] = [];
  const heard = new Set<(bridge: string) => void>();
  const act = (what: string) => async (_bridge: string, name: string) => {
    if (world.fails) throw new OvsError('OFCTL', `cannot ${what}`);
    done.push(`${what} ${name}`);
  };
  const parts = {
    log: recordingLog(),
    ofctl: { blockPort: act('block'), unblockPort: act('unblock') },
    ovs: {
      state: () => ({ bridges: [{ name: bridge, ports: world.ports }] }),
      commit: async () => void done.push(`record [${[...network.record.blocked.keys()].join()}]`),
    },
  } as unknown as Parts;
  const blocks = portBlocks(parts, {
    follow: () => ({ live: world.live }) as FlowTracker,
    onKnown: (listener) => void heard.add(listener),
  });
  return {
    network,
    world,
    done,
    apply: (wanted: Record<string, string>, mayOpen = true) =>
      blocks.apply(network, new Map(Object.entries(wanted)), () => mayOpen),
    restart: () => {
      for (const listener of heard) listener(bridge);
    },
    port,
  };
}

test('a port is on record before it is blocked, and until it is let through', async () => {
  const { done, apply } = bed();
  await apply({ tap: 'why' });
  await apply({ tap: 'why' });
  expect(done).toEqual(['record [tap]', 'block tap']);
  await apply({}, true);
  expect(done.slice(2)).toEqual(['unblock tap', 'record []']);
});

test('a port stays blocked until what is to hold for it is there, and says so', async () => {
  const { network, done, apply } = bed();
  await apply({ tap: 'why' });
  await apply({}, false);
  expect(done).toEqual(['record [tap]', 'block tap']);
  expect(network.record.blocked.get('tap')).toMatch(/not in the switch yet/);
});

test('a switch that was restarted, and a port that was replaced, are told again', async () => {
  const { world, done, apply, restart, port } = bed();
  await apply({ tap: 'why' });
  restart();
  await apply({ tap: 'why' });
  world.ports = [port('tap', 8)];
  await apply({ tap: 'why' });
  expect(done).toEqual(['record [tap]', 'block tap', 'block tap', 'block tap']);
});

test('a switch whose flows are not told is told as often as it is looked at', async () => {
  const { world, done, apply } = bed();
  await apply({ tap: 'why' });
  world.live = false;
  await apply({ tap: 'why' });
  await apply({ tap: 'why' });
  expect(done.slice(1)).toEqual(['block tap', 'block tap', 'block tap']);
});

test('what a switch did not do is done the next time', async () => {
  const { world, done, apply } = bed();
  world.fails = true;
  await expect(apply({ tap: 'why' })).rejects.toMatchObject({ code: 'OFCTL' });
  world.fails = false;
  await apply({ tap: 'why' });
  expect(done).toEqual(['record [tap]', 'block tap']);
});

test('what a daemon before this one has blocked is let through', async () => {
  const { network, done, apply } = bed();
  recordBlocked(network.record, [['tap', 'it was before']]);
  await apply({}, true);
  expect(done).toEqual(['block tap', 'unblock tap', 'record []']);
});

test('a port that has gone needs nothing, and takes its block along', async () => {
  const { world, network, done, apply } = bed();
  await apply({ tap: 'why' });
  world.ports = [];
  world.fails = true;
  await apply({}, true);
  expect(network.record.blocked.size).toBe(0);
  expect(done).toEqual(['record [tap]', 'block tap', 'record []']);
});
