import { afterEach, beforeEach, expect } from 'vitest';
import type { Endpoint, NetworkView } from '../../src/domain/network.ts';
import {
  findDisorder,
  findUnproven,
  type Opening,
  watchOpenings,
  watchOthers,
} from './check-world.ts';
import { openWorld, type World, type WorldOptions } from './open-world.ts';

/** A world of a test, in which nothing may be open without proof after any of its steps. */
export interface WorldBed {
  readonly world: World;
  /** How the flows stood each time that a container's port went up. */
  readonly openings: readonly Opening[];
  /** Carries out a command, waits until the daemon has come to rest, and checks the world. */
  step<T>(command: Promise<T>): Promise<T>;
  /** Lets a time pass, milliseconds, and checks the world. */
  pass(ms: number): Promise<void>;
  /** A network as the daemon shows it. */
  network(name: string): NetworkView;
  /** A container's endpoint as the daemon shows it. */
  endpoint(container: string): Endpoint;
}

/** The options of a flat network. */
export const flat = { 'ovs.bridge.mode': 'flat' };

/** Opens a world before each test of a file and closes it afterwards. */
export function worldBed(options?: WorldOptions): () => WorldBed {
  let bed: WorldBed | undefined;
  beforeEach(async () => {
    bed = await openBed(options);
  });
  afterEach(async () => {
    await bed?.world.close();
  });
  return () => {
    if (bed === undefined) throw new Error('the world is not open yet');
    return bed;
  };
}

async function openBed(options?: WorldOptions): Promise<WorldBed> {
  const world = await openWorld(options);
  const openings = watchOpenings(world);
  const findTouched = watchOthers(world);
  const check = (): void => {
    expect(findUnproven(world)).toEqual([]);
    expect(findTouched()).toEqual([]);
    expect(findDisorder(world)).toEqual([]);
    expect(openings.filter(({ flows }) => flows === 'open')).toEqual([]);
  };
  const networks = (): readonly NetworkView[] => world.daemon().source.networks();
  const found = <T>(item: T | undefined, what: string): T => {
    if (item === undefined) throw new Error(`the daemon does not show ${what}`);
    return item;
  };
  return {
    world,
    openings,
    step: async (command) => {
      try {
        return await world.settled(command);
      } finally {
        check();
      }
    },
    pass: async (ms) => {
      await world.time.advance(ms);
      check();
    },
    network: (name) =>
      found(
        networks().find((one) => one.name === name),
        `network ${name}`,
      ),
    endpoint: (container) => {
      const all = networks().flatMap(({ endpoints }) => endpoints);
      return found(
        all.find((one) => one.container?.name === container),
        `container ${container}`,
      );
    },
  };
}

/** The two ends of a container's veth. */
export function linksOf({ docker, host }: World, container: string) {
  const joined = [...docker.joined.values()].find((one) => one.container === container);
  if (joined?.link.peer === undefined) throw new Error(`${container} is on no network`);
  const { link, name } = joined;
  return { inside: link, host: joined.link.peer, name, isThere: host.all().includes(link) };
}
