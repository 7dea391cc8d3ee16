import type { Random } from '../random.ts';
import type { World } from './open-world.ts';

/** What makes the daemon busy. */
export const daemonName = 'the daemon';

/** A daemon that has started while the database is away knows of no port yet, and can close none. */
export function isKnown(world: World, network: string): boolean {
  if (!world.runsDaemon) return false;
  return world
    .daemon()
    .source.networks()
    .some(({ name }) => name === network);
}

/** The port of a container that runs. */
export function portOf({ docker, ovs }: World, random: Random) {
  const running = [...docker.joined.values()];
  if (running.length === 0) return undefined;
  const { container, network, link } = random.pick(running);
  const port = link.peer && ovs.portOf(link.peer.name);
  return port && { ...port, container, network };
}
