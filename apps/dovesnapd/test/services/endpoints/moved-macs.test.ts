import type { Flow, FlowTracker, Ofctl } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import type { AttachedNetwork, Port } from '../../../src/domain/attached-network.ts';
import { movedMacs } from '../../../src/services/endpoints/moved-macs.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const mac = '02:42:0A:09:00:02';
const deleted = (ofPort: number) =>
  `odsbra1b2c3d4a1: dl_vlan=100,dl_dst=02:42:0a:09:00:02,out_port=${ofPort}`;

describe('a MAC that comes to another port', () => {
  test('is forgotten on the old one before the new one opens', async () => {
    const { macs, world, network } = setUp();
    await macs.untilForgotten(network, portWith(1));
    await macs.untilForgotten(network, portWith(2));
    expect(world.deleted).toEqual([deleted(1)]);
  });

  test('costs nothing then when it was forgotten after the old one was left', async () => {
    const { macs, world, network, clock } = setUp();
    const port = portWith(1);
    await macs.untilForgotten(network, port);
    macs.left(network, port);
    await clock.advance(50);
    expect(world.deleted).toEqual([deleted(1)]);
    await macs.untilForgotten(network, portWith(2));
    expect(world.deleted).toHaveLength(1);
  });

  test('is forgotten again when Faucet has learned it late', async () => {
    const { macs, world, network, clock } = setUp();
    await macs.untilForgotten(network, portWith(1));
    macs.left(network, portWith(1));
    await clock.advance(50);
    world.learn(1);
    await macs.untilForgotten(network, portWith(2));
    expect(world.deleted).toEqual([deleted(1), deleted(1)]);
  });

  test('is forgotten again when Faucet learns it after the new port has opened, for a while', async () => {
    const { macs, world, network, clock } = setUp();
    await macs.untilForgotten(network, portWith(1));
    await macs.untilForgotten(network, portWith(2));
    world.learn(1);
    world.change(network, 3);
    expect(world.deleted).toHaveLength(1);
    world.change(network, 1);
    expect(world.deleted).toEqual([deleted(1), deleted(1)]);
    await clock.advance(10_000);
    world.learn(1);
    world.change(network, 1);
    expect(world.deleted).toHaveLength(2);
  });

  test('that has come back meanwhile is left where it is', async () => {
    const { macs, world, network } = setUp();
    await macs.untilForgotten(network, portWith(1));
    await macs.untilForgotten(network, portWith(2));
    addPort(network, 1, { endpoint: sampleEndpoint({ mac }) });
    world.learn(1);
    world.change(network, 1);
    expect(world.deleted).toHaveLength(1);
  });

  test('is forgotten in any case while the flows are not known', async () => {
    const { macs, world, network } = setUp();
    world.flows = [];
    world.live = false;
    await macs.untilForgotten(network, portWith(1));
    await macs.untilForgotten(network, portWith(2));
    expect(world.deleted).toEqual([deleted(1)]);
  });
});

test('those that leave at once, or while others are being forgotten, are forgotten by one call at a time', async () => {
  const { macs, world, network, clock } = setUp();
  world.live = false;
  world.takesMs = 200;
  macs.left(network, portWith(1));
  macs.left(network, portWith(2));
  await clock.advance(50);
  macs.left(network, portWith(3));
  await clock.advance(199);
  expect(world.calls).toBe(1);
  await clock.advance(1);
  expect(world.calls).toBe(2);
  await clock.advance(200);
  expect(world.deleted).toEqual([deleted(1), deleted(2), deleted(3)]);
});

test('nothing is said of a bridge that went with its network meanwhile', async () => {
  const { macs, world, network, log, clock } = setUp();
  world.refuses = true;
  world.onCall = () => network.life.abort();
  macs.left(network, portWith(1));
  await clock.advance(100);
  expect(world.calls).toBe(1);
  expect(log.lines).toEqual([]);
});

describe('a MAC is left alone', () => {
  test.each([
    ['when it is new, or back on its port', 1, 1],
    ['when nothing leads to the old port', 3, 2],
  ])('%s', async (_what, first, second) => {
    const { macs, world, network } = setUp();
    await macs.untilForgotten(network, portWith(first));
    await macs.untilForgotten(network, portWith(second));
    expect(world.deleted).toEqual([]);
  });

  test('when its port is left that it may come back to, and when it has come back', async () => {
    const { macs, world, network, clock } = setUp();
    macs.left(network, { ...portWith(1), acls: ['of-a-label'] });
    const port = addPort(network, 1, { endpoint: sampleEndpoint({ mac }) });
    macs.left(network, port);
    await clock.advance(50);
    expect(world.deleted).toEqual([]);
  });

  test('on other networks', async () => {
    const { macs, world, network } = setUp();
    await macs.untilForgotten(network, portWith(1));
    await macs.untilForgotten(sampleNetwork(), portWith(2));
    expect(world.deleted).toEqual([]);
  });
});

test('a switch that refuses does not keep a port closed', async () => {
  const { macs, world, network, log } = setUp();
  world.refuses = true;
  await macs.untilForgotten(network, portWith(1));
  await macs.untilForgotten(network, portWith(2));
  expect(log.lines).toMatchObject([
    { level: 'warn', message: 'could not make the switch forget the old port of a MAC' },
  ]);
});

function portWith(ofPort: number): Port {
  return addPort(sampleNetwork(), ofPort, { endpoint: sampleEndpoint({ mac }) });
}

/** A switch in which the MAC leads to port 1. */
function setUp() {
  const { log, clock, ...bare } = bareParts();
  const learned = (ofPort: number): Flow => ({
    ...{ table: 3, priority: 8192, cookie: 0n, actions: `pop_vlan,output:${ofPort}` },
    match: 'dl_vlan=100,dl_dst=02:42:0a:09:00:02',
  });
  const listeners = new Set<(bridge: string, ofPorts: ReadonlySet<number>) => void>();
  const world = {
    deleted: [] as string[],
    flows: [learned(1)],
    live: true,
    refuses: false,
    calls: 0,
    takesMs: 0,
    onCall: (): void => undefined,
    learn: (ofPort: number) => void world.flows.push(learned(ofPort)),
    change: (network: AttachedNetwork, ofPort: number): void => {
      for (const listener of listeners) listener(network.spec.bridge, new Set([ofPort]));
    },
  };
  const deleteFlows: Ofctl['deleteFlows'] = async (bridge, filters) => {
    world.calls += 1;
    world.onCall();
    if (world.takesMs > 0) await clock.sleep(world.takesMs);
    if (world.refuses) throw new Error('no');
    world.deleted.push(...filters.map((filter) => `${bridge}: ${filter.match}`));
    world.flows = [];
  };
  const tracker = {
    get live() {
      return world.live;
    },
    flows: () => world.flows,
  };
  const parts = { ...bare, log, clock, ofctl: { deleteFlows } as Partial<Ofctl> as Ofctl };
  const macs = movedMacs(parts, {
    follow: () => tracker as Partial<FlowTracker> as FlowTracker,
    onChange: (listener) => void listeners.add(listener),
  });
  return { macs, world, log, clock, network: sampleNetwork() };
}
