import { expect, test } from 'vitest';
import { tellPort } from '../../../src/domain/port-life.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Datapaths } from '../../../src/services/faucet/datapaths.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { portNews } from '../../../src/services/pool/port-news.ts';
import { raisedPorts } from '../../../src/services/pool/raised-ports.ts';
import { settlePorts } from '../../../src/services/pool/settle-ports.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';

/** A warming port whose flows come when the test says so, and how long each wait for them was to last. */
function bed() {
  const network = sampleNetwork();
  const port = addPort(network, 1, { flows: 'awaited' });
  const listeners = new Set<() => void>();
  const world = {
    carries: false,
    waits: [] as number[],
    resyncs: 0,
    onClose: (): void => undefined,
  };
  /** What happens in a wait, by its turn; the wait is over afterwards, without flows. */
  const events: (() => void)[] = [];
  const parts = {
    host: { apply: async () => world.onClose() },
    ofctl: { blockedPorts: async () => new Set() },
    retries: {
      onStartOver: (listener: () => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  } as unknown as Parts;
  const flows = {
    carries: () => world.carries,
    untilKnown: async () => undefined,
    untilCarries: async (_network: unknown, _port: unknown, wait: { deadline: number }) => {
      world.waits.push(wait.deadline);
      events.shift()?.();
      if (!world.carries) throw new Error('no flows');
    },
  } as unknown as Flows;
  const datapaths = { isWritten: () => false, configure: async () => undefined };
  const settle = settlePorts(parts, datapaths as unknown as Datapaths, flows, {
    news: portNews(),
    raised: raisedPorts(parts),
    resync: async () => {
      world.resyncs += 1;
      return true;
    },
  });
  const startOver = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const flowsCome = (): void => {
    world.carries = true;
  };
  return { network, port, world, events, startOver, flowsCome, listeners, settle };
}

test('a port whose flows do not come is waited for longer each time', async () => {
  const { network, port, world, events, flowsCome, settle } = bed();
  const nothing = (): void => undefined;
  events.push(nothing, nothing, nothing, nothing, nothing, nothing, flowsCome);
  await settle(network, [port]);
  expect(world.waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(port.flows).toBe('seen');
});

test('a port whose container waits is put down after each wait for flows that did not come', async () => {
  const { network, world, events, startOver, flowsCome, settle } = bed();
  const waiting = addPort(network, 2, { phase: 'pending', flows: 'awaited' });
  let closes = 0;
  world.onClose = () => {
    closes += 1;
  };
  const closed: number[] = [];
  const note = (then: () => void) => () => {
    closed.push(closes);
    then();
  };
  events.push(
    note(startOver),
    note(() => undefined),
    note(flowsCome),
  );
  await settle(network, [waiting]);
  const [first = 0, second = 0, third = 0] = closed;
  expect([second > first, third > second]).toEqual([true, true]);
});

test('flows that were seen before its policy came into doubt do not make a port ready', async () => {
  const { network, port, world, flowsCome, settle } = bed();
  flowsCome();
  world.onClose = () => {
    world.onClose = () => undefined;
    tellPort(port, { kind: 'doubted' });
  };
  await settle(network, [port]);
  expect(world.waits).toEqual([2000, 4000]);
  expect(port.flows).toBe('seen');
});

test('somebody who changes faucet.yaml shortens the wait, and is not taken for loaded', async () => {
  const { network, port, world, events, startOver, flowsCome, listeners, settle } = bed();
  const nothing = (): void => undefined;
  events.push(nothing, nothing, startOver, nothing, flowsCome);
  await settle(network, [port]);
  expect(world.waits).toEqual([2000, 4000, 8000, 2000, 4000]);
  expect(world.resyncs).toBe(3);
  expect(listeners.size).toBe(0);
});

test('a port that has to be rebuilt meanwhile is left to those who rebuild it', async () => {
  const { network, port, world, events, flowsCome, settle } = bed();
  events.push(() => {
    flowsCome();
    tellPort(port, { kind: 'broken' });
  });
  events.push(...Array.from({ length: 20 }, () => (): void => undefined));
  events.push(() => void network.ports.delete(port.ofPort));
  await settle(network, [port]);
  expect(world.waits.length).toBeLessThan(5);
});
