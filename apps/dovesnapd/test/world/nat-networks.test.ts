import { beforeEach, describe, expect, test } from 'vitest';
import { bridgeOf } from './check-gateway.ts';
import { hostNamespace } from './host-links.ts';
import type { World } from './open-world.ts';
import { worldBed } from './world-bed.ts';

const bed = worldBed();
const nat = { 'ovs.bridge.mode': 'nat' };
const routed = { 'ovs.bridge.mode': 'routed' };
const nothing = { filter: [], nat: [] };

/** All rules of IPv4; those of a network name its bridge or its subnet. */
function rulesOf({ iptables }: World) {
  return { filter: iptables.rules('ipv4', 'filter'), nat: iptables.rules('ipv4', 'nat') };
}

/** The lines that the daemon has logged of rules that it put back. */
function repairsOf({ log }: World): string[] {
  return log.map(({ message }) => message).filter((one) => one.includes('firewall rules were'));
}

test('a nat network gives its bridge the gateway’s address, and its rules; both go with it', async () => {
  const { world, step } = bed();
  expect(rulesOf(world)).toEqual(nothing);
  await step(world.docker.createNetwork('lab', nat));
  const bridge = bridgeOf(world.engine.networkNamed('lab'));
  expect(world.host.find(hostNamespace, bridge)).toMatchObject({
    up: true,
    addresses: [{ address: '10.9.1.1', prefixLength: 24 }],
  });
  const { filter, nat: rules } = rulesOf(world);
  expect(rules).toEqual([
    '-A POSTROUTING -j DOVESNAP-POST',
    `-A DOVESNAP-POST -s 10.9.1.0/24 ! -o ${bridge} -j MASQUERADE`,
  ]);
  expect(filter[0]).toBe('-A FORWARD -j DOVESNAP-DROP');
  expect(filter).toContain(`-A DOVESNAP-FWD -s 10.9.1.0/24 -i ${bridge} ! -o ${bridge} -j ACCEPT`);
  await step(world.docker.removeNetwork('lab'));
  expect(rulesOf(world)).toEqual(nothing);
  expect(world.iptables.chains('ipv4', 'filter')).toEqual(['INPUT', 'FORWARD', 'OUTPUT']);
  expect(world.host.find(hostNamespace, bridge)).toBeUndefined();
});

test('a routed network is reached from outside, and keeps its own addresses', async () => {
  const { world, step } = bed();
  await step(world.docker.createNetwork('lab', routed));
  const bridge = bridgeOf(world.engine.networkNamed('lab'));
  const { filter, nat: rules } = rulesOf(world);
  expect(rules).toEqual([]);
  expect(filter).toContain(`-A DOVESNAP-FWD -d 10.9.1.0/24 ! -i ${bridge} -o ${bridge} -j ACCEPT`);
});

describe('of two nat networks', () => {
  beforeEach(async () => {
    const { world, step } = bed();
    await step(world.docker.createNetwork('one', nat));
    await step(world.docker.createNetwork('two', nat));
  });

  test('neither gets into the other, before anything is accepted', () => {
    const { world } = bed();
    const [one, two] = [
      bridgeOf(world.engine.networkNamed('one')),
      bridgeOf(world.engine.networkNamed('two')),
    ];
    const { filter } = rulesOf(world);
    for (const bridge of [one, two]) {
      // Whatever comes to a bridge from elsewhere goes through DOVESNAP-IN, and each bridge's own is dropped there.
      expect(filter).toContain(`-A DOVESNAP-DROP ! -i ${bridge} -o ${bridge} -j DOVESNAP-IN`);
      expect(filter).toContain(`-A DOVESNAP-IN -i ${bridge} -j DROP`);
    }
    expect(filter[0]).toBe('-A FORWARD -j DOVESNAP-DROP');
  });

  test('one that goes leaves the rules of the other', async () => {
    const { world, step } = bed();
    const [one, two] = [
      bridgeOf(world.engine.networkNamed('one')),
      bridgeOf(world.engine.networkNamed('two')),
    ];
    await step(world.docker.removeNetwork('one'));
    const { filter, nat: rules } = rulesOf(world);
    const named = (bridge: string) => [...filter, ...rules].filter((one) => one.includes(bridge));
    expect(named(one)).toEqual([]);
    expect(named(two).length).toBeGreaterThan(0);
  });

  test.each(['filter', 'nat'] as const)(
    'the rules are back within a second after table %s was flushed, and it is said once',
    async (table) => {
      const { world, pass } = bed();
      const before = rulesOf(world);
      world.iptables.flush('ipv4', table);
      expect(world.iptables.rules('ipv4', table)).toEqual([]);
      await pass(1000);
      expect(rulesOf(world)).toEqual(before);
      await pass(60_000);
      expect(repairsOf(world)).toEqual(['our firewall rules were changed: restored them']);
    },
  );
});

test('rules that are flushed while no daemon runs are there when one has started', async () => {
  const { world, step } = bed();
  await step(world.docker.createNetwork('lab', nat));
  const before = rulesOf(world);
  await step(world.stopDaemon());
  expect(rulesOf(world)).toEqual(before);
  world.iptables.flush('ipv4', 'filter');
  world.iptables.flush('ipv4', 'nat');
  world.startDaemon();
  await step(world.time.settle());
  expect(rulesOf(world)).toEqual(before);
});
