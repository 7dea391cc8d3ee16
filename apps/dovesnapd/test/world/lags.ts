import type { Change, Netns } from '@dovesnap/netns';
import type { Ofctl } from '@dovesnap/ovs';
import type { Clock, Docker } from '../../src/edges/edges.ts';

/** How long what the daemon asks for takes, milliseconds. Whatever happens meanwhile comes before it. */
export interface Lags {
  /** A change of a link, or a program that changes links or reads them. */
  readonly links: number;
  /** A program that changes flows. */
  readonly flows: number;
  /** An answer of Docker on its way: it tells how things were before. */
  readonly docker: number;
  /** The flows of a text on their way to the switch when Faucet says that it has loaded it. */
  readonly faucet: number;
}

/** Everything that the daemon asks for happens at once. */
export const noLags: Lags = { links: 0, flows: 0, docker: 0, faucet: 3 };

/**
 * Links that take their time, as those of `openNetns`: one `ip` makes changes one after another, also those of several
 * calls, whose changes alternate. Removals, what is no change of `ip`, and reads are programs of their own.
 */
export function laggingLinks(links: Netns, { links: ms }: Lags, clock: Clock): Netns {
  if (ms === 0) return links;
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = (change: Change): Promise<void> => {
    const done = last.then(() => clock.sleep(ms)).then(() => links.apply([change]));
    last = done.catch(() => undefined);
    return done;
  };
  const program = async <T>(task: () => Promise<T>): Promise<T> => {
    await clock.sleep(ms);
    return task();
  };
  return {
    ...links,
    apply: async (changes) => {
      for (const group of groupsOf(changes)) {
        if (isProgram(group)) await program(() => links.apply(group));
        else for (const change of group) await inOrder(change);
      }
    },
    links: () => program(() => links.links()),
    link: (name) => program(() => links.link(name)),
    seals: () => program(() => links.seals()),
  };
}

/** Neighbours that one tool changes. */
function groupsOf(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const [neighbour] = group ?? [];
    if (neighbour !== undefined && toolOf(neighbour) === toolOf(change)) group?.push(change);
    else groups.push([change]);
  }
  return groups;
}

function toolOf({ kind }: Change): 'seal' | 'ethtool' | 'ip' {
  if (kind === 'seal-link' || kind === 'unseal-link') return 'seal';
  return kind === 'set-offload' || kind === 'set-merging' ? 'ethtool' : 'ip';
}

/** The most changes that are given to the `ip` that runs. */
const mostLines = 32;

function isProgram(group: readonly Change[]): boolean {
  return (
    group.length > mostLines ||
    group.some((change) => toolOf(change) !== 'ip' || change.kind === 'remove-link')
  );
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
