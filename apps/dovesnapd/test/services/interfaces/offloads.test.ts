import { type Change, setOffload } from '@dovesnap/netns';
import { expect, test } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import { offloads } from '../../../src/services/interfaces/offloads.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

/** A network with a free and a taken port, on a switch whose TSO can be switched. */
function bed() {
  const network = sampleNetwork();
  const { bridge } = network.spec;
  const free = addPort(network, 1);
  const taken = addPort(network, 2, { endpoint: sampleEndpoint() });
  const world = { requested: false, vnetHeader: false };
  const changes: Change[] = [];
  const heard = new Set<(bridge: string) => void>();
  let tended = 0;
  const bare = bareParts();
  const local = { name: bridge, interfaces: [{ ifindex: 7 }] };
  const parts = {
    ...bare,
    host: {
      link: async () => ({ vnetHeader: world.vnetHeader }),
      apply: async (some: readonly Change[]) => void changes.push(...some),
    },
    ovs: {
      live: true,
      state: () => ({
        userspaceTsoRequested: world.requested,
        bridges: [{ name: bridge, ports: [local] }],
      }),
      commit: async () => undefined,
    },
  } as unknown as Parts;
  const pool = { tend: () => void tended++ };
  const flows = { onKnown: (listener: (bridge: string) => void) => void heard.add(listener) };
  const service = offloads(parts, pool, flows, { all: () => [network] });
  return {
    network,
    free,
    taken,
    world,
    changes,
    lines: bare.log.lines,
    service,
    tended: () => tended,
    restart: async () => {
      for (const listener of heard) listener(bridge);
      await service.assert(network);
    },
  };
}

test('what a switch without TSO leaves to links is found out once', async () => {
  const { network, service, changes, tended } = bed();
  await service.assert(network);
  await service.assert(network);
  expect(network.observation.txOffload).toBe(false);
  expect(changes).toEqual([setOffload(network.spec.bridge, { tx: false })]);
  expect(tended()).toBe(1);
});

test('links of taken ports follow a switch that was restarted with TSO', async () => {
  const { network, free, taken, world, service, changes, restart } = bed();
  await service.assert(network);
  Object.assign(world, { requested: true, vnetHeader: true });
  await restart();
  expect(network.observation.txOffload).toBe(true);
  expect(changes.slice(1)).toEqual([
    setOffload(network.spec.bridge, { tx: true }),
    setOffload(taken.peerLink, { tx: true }),
  ]);
  expect([free.txOffload, taken.txOffload]).toEqual([false, true]);
});

test('TSO that is asked for while the switch runs changes no link, and is said', async () => {
  const { network, taken, world, service, lines } = bed();
  await service.assert(network);
  world.requested = true;
  await service.assert(network);
  expect([network.observation.txOffload, taken.txOffload]).toEqual([false, false]);
  expect(network.notes.get('tso')?.sentence).toMatch(/restart Open vSwitch/);
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  world.vnetHeader = true;
  await service.assert(network);
  expect(network.observation.txOffload).toBe(false);
});

test('links of a kernel bridge are left alone', async () => {
  const { service, changes } = bed();
  await service.assert(sampleNetwork({ userspace: false }));
  expect(changes).toEqual([]);
});
