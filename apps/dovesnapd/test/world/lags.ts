import type { Netns } from '@dovesnap/netns';
import type { Ofctl } from '@dovesnap/ovs';
import type { Clock, Docker } from '../../src/edges/edges.ts';

/** How long what the daemon asks for takes, milliseconds. Whatever happens meanwhile comes before it. */
export interface Lags {
  /** A change, or a look, of links: one after another, as one `ip` makes them. */
  readonly links: number;
  /** A program that changes flows. */
  readonly flows: number;
  /** An answer of Docker on its way: it tells how things were before. */
  readonly docker: number;
}

/** Everything happens at once. */
export const noLags: Lags = { links: 0, flows: 0, docker: 0 };

/** Links that take their time. */
export function laggingLinks(links: Netns, { links: ms }: Lags, clock: Clock): Netns {
  if (ms === 0) return links;
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const done = last.then(() => clock.sleep(ms)).then(task);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    ...links,
    apply: (changes) =>
      changes.length === 0 ? links.apply([]) : inOrder(() => links.apply(changes)),
    links: () => inOrder(() => links.links()),
    link: (name) => inOrder(() => links.link(name)),
    seals: () => inOrder(() => links.seals()),
  };
}

/** Flows that take their time to be changed. */
export function laggingOfctl<T extends Ofctl>(ofctl: T, { flows: ms }: Lags, clock: Clock): T {
  if (ms === 0) return ofctl;
  return {
    ...ofctl,
    deleteFlows: async (...request) => {
      await clock.sleep(ms);
      return ofctl.deleteFlows(...request);
    },
  };
}

/** A Docker whose answers take their time. */
export function laggingDocker(docker: Docker, { docker: ms }: Lags, clock: Clock): Docker {
  if (ms === 0) return docker;
  const later =
    <Asked extends readonly unknown[], Answer>(ask: (...asked: Asked) => Promise<Answer>) =>
    async (...asked: Asked): Promise<Answer> => {
      const answer = await ask(...asked);
      await clock.sleep(ms);
      return answer;
    };
  return {
    get serving() {
      return docker.serving;
    },
    engineId: docker.engineId,
    engineVersion: docker.engineVersion,
    addressPools: docker.addressPools,
    networks: later(docker.networks),
    network: later(docker.network),
    containerNamed: later(docker.containerNamed),
    containersLabelled: later(docker.containersLabelled),
    imageLabels: docker.imageLabels,
    containerPid: later(docker.containerPid),
    events: docker.events,
  };
}
