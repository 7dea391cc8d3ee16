import { parsePortRecord } from '../../src/domain/record.ts';
import { hostNamespace } from './host-links.ts';
import type { World } from './open-world.ts';

/** Looks for interfaces that one container has had, with all that it did to them, and that another has or may get. */
export interface Interfaces {
  /** Containers that have one. */
  findTaken(): string[];
  /** Ports without a container that have one although all that was put off has been done. */
  findOld(): string[];
}

/** Makes {@link Interfaces}. */
export function watchInterfaces(world: World): Interfaces {
  const { docker, host, ovs } = world;
  const old = () =>
    ovs
      .state()
      .bridges.flatMap(({ ports }) => ports)
      .flatMap(({ interfaces }) => interfaces)
      .flatMap(({ name, externalIds }) => {
        const record = parsePortRecord(externalIds, []);
        const inside = host.find(hostNamespace, name)?.peer;
        const isFree = record !== undefined && record.endpoint === undefined;
        const isOld = inside !== undefined && docker.firstUser(inside) !== undefined;
        return isFree && isOld ? [{ name }] : [];
      });
  return {
    findTaken: () =>
      [...docker.joined.values()]
        .filter(({ id, link }) => docker.firstUser(link) !== id)
        .map(({ container }) => `${container} has the interface of another container`),
    findOld: () =>
      old().map(({ name }) => `port ${name} has the interface of a container that has left`),
  };
}
