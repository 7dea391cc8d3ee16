import { type Link, type LinkNews, type Netns, NetnsError } from '@dovesnap/netns';
import {
  type AttachedEndpoint,
  type AttachedNetwork,
  isOpenTo,
  type LinkTrouble,
  type Port,
  takenPorts,
} from '../../domain/attached-network.ts';
import { linkTrouble } from '../../plan/interfaces/link-trouble.ts';
import { isAsMade, toldName } from '../../plan/interfaces/told-link.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { keeper } from '../core/upkeep.ts';
import { commitRecords } from '../records/commit-records.ts';

/** Docker answers nothing about a container while it starts it. Nobody waits for us here. */
const startedWithinMs = 10_000;

/** Who sets a link down and up again has not broken anything: what is so after this time, milliseconds, is said. */
const quietMs = 300;

/** The links of running containers: what they are called inside, and what somebody has done to them. */
export interface ContainerLinks {
  /**
   * Looks at those of a container that has just been started or connected: finds the names of its interfaces, where no
   * news has told them, and records them. @throws NetnsError, DovesnapError.
   */
  learn(containerId: string | undefined): Promise<void>;
  /** Looks at those of all containers, in the background: this daemon, or Docker, was away. */
  lookAtAll(): void;
  /** Something was heard of a link: looks again, in the background, if it is one of these. */
  heard(news: LinkNews): void;
}

interface Attached {
  readonly network: AttachedNetwork;
  readonly port: Port;
  readonly endpoint: AttachedEndpoint;
}

/** Where the container's end of an endpoint's link was last seen. */
type Places = WeakMap<AttachedEndpoint, string>;

/**
 * Looks at those links of one container that `find` finds when Docker has told its process: it tells that once the
 * container has started. @throws NetnsError, DovesnapError.
 */
type Look = (
  container: string,
  find: () => readonly Attached[],
  isSecond?: boolean,
) => Promise<void>;

function lookout(parts: Parts, places: Places): Look {
  const lookAt = async (
    one: Attached,
    links: readonly Link[],
  ): Promise<LinkTrouble | undefined> => {
    const { network, port, endpoint } = one;
    const host = await parts.host.link(port.hostLink);
    // It may have left while we were looking.
    if (!isThere(one)) return undefined;
    const link = links.find((item) => host !== undefined && item.ifindex === host.peerIfindex);
    if (host !== undefined) places.set(endpoint, placeOf(host.peerNamespaceId, host.peerIfindex));
    if (link !== undefined && endpoint.containerLink !== link.name) {
      endpoint.containerLink = link.name;
      await commitRecords(parts, network, [port]);
    }
    return endpoint.containerLink === undefined
      ? undefined
      : linkTrouble(endpoint, { host, inside: link });
  };
  const look: Look = async (container, find, isSecond = false) => {
    const settled = new Set(
      find()
        .filter(isOpen)
        .map(({ endpoint }) => endpoint),
    );
    const pid = await parts.docker.containerPid(container, { deadline: startedWithinMs });
    const attached = find();
    if (pid === undefined || attached.length === 0) return;
    const links = await linksOf(parts.inside(pid));
    if (links === undefined) {
      const ended = 'the container ended before its interfaces could be checked';
      parts.log.debug({ container }, ended);
      return;
    }
    const doubtful: Attached[] = [];
    for (const one of attached) {
      const trouble = await lookAt(one, links);
      if (!settled.has(one.endpoint) || !isOpen(one)) continue;
      if (!isSecond && isNews(one.endpoint, trouble)) doubtful.push(one);
      else say(parts, one, trouble);
    }
    if (doubtful.length === 0) return;
    // Both ends were not read in one moment, and the port may just have been opened.
    await parts.clock.sleep(quietMs, parts.signal);
    if (!parts.signal.aborted) await look(container, () => doubtful, true);
  };
  return look;
}

/**
 * Makes {@link ContainerLinks}. The index of a link survives its way into the container, its name does not: `eth0` is only
 * a guess. A container's own doings are told by its namespace alone; where the host's end is down or gone, by both.
 */
export function containerLinks(parts: Parts, registry: Pick<Registry, 'all'>): ContainerLinks {
  const places: Places = new WeakMap();
  const look = lookout(parts, places);
  const report = (err: unknown): void => {
    if (!parts.signal.aborted) parts.log.warn({ err }, 'could not check the links of containers');
  };
  const keep = keeper<Attached>(parts, {
    what: 'check the links of containers',
    gatherMs: quietMs,
    keyOf: ({ endpoint }) => endpoint,
    tell: (_, error) => report(error),
    act: async (one) => {
      const { container } = one.endpoint;
      // Most links go down because their containers leave.
      if (container !== undefined && isThere(one)) await look(container.id, () => [one]);
    },
  });
  /** To have been told saves two programs for each container. */
  const know = ({ network, port, endpoint }: Attached, name: string, place: string): void => {
    places.set(endpoint, place);
    endpoint.containerLink = name;
    commitRecords(parts, network, [port]).catch(report);
  };
  const all = (): Attached[] => registry.all().flatMap(attachedTo);
  const of = (container: string): Attached[] =>
    all().filter(({ endpoint }) => endpoint.container?.id === container);
  return {
    learn: async (containerId) => {
      if (containerId === undefined) return;
      const unknown = (): Attached[] =>
        of(containerId).filter(({ endpoint }) => !endpoint.containerLink);
      if (unknown().length > 0) await look(containerId, unknown);
    },
    lookAtAll: () => {
      const containers = new Set(all().flatMap(({ endpoint }) => endpoint.container?.id ?? []));
      const lookInTurn = async (): Promise<void> => {
        for (const id of containers) await look(id, () => of(id)).catch(report);
      };
      void lookInTurn();
    },
    heard: (news) => {
      const { link, ifindex, namespaceId } = news;
      const place = placeOf(namespaceId, ifindex);
      for (const one of all()) {
        const { port, endpoint } = one;
        if (port.phase === 'left') continue;
        if (endpoint.containerLink === undefined) {
          const row = rowOf(parts.ovs.state(), one.network.spec, port.hostLink);
          const name = toldName(news, endpoint, row?.ifindex);
          if (name !== undefined) know(one, name, place);
          continue;
        }
        const isIts =
          namespaceId === undefined ? port.hostLink === link : places.get(endpoint) === place;
        const isFine = endpoint.trouble === undefined && isAsMade(news, endpoint);
        if (isIts && !isFine) keep.look(one);
      }
    },
  };
}

function isThere({ port, endpoint }: Attached): boolean {
  return port.endpoint === endpoint && port.phase !== 'left';
}

function isOpen({ port, endpoint }: Attached): boolean {
  return isOpenTo(port, endpoint);
}

function attachedTo(network: AttachedNetwork): Attached[] {
  return takenPorts(network).map((port) => ({ network, port, endpoint: port.endpoint }));
}

function placeOf(namespaceId: number | undefined, ifindex: number | undefined): string {
  return `${namespaceId} ${ifindex}`;
}

/** Undefined when the namespace has gone with its container. @throws NetnsError. */
async function linksOf(namespace: Pick<Netns, 'links'>): Promise<readonly Link[] | undefined> {
  try {
    return await namespace.links();
  } catch (error) {
    if (error instanceof NetnsError && error.code === 'NAMESPACE_GONE') return undefined;
    throw error;
  }
}

/** Whether it is wrong, and was not before, or otherwise. */
function isNews({ trouble: before }: AttachedEndpoint, trouble: LinkTrouble | undefined): boolean {
  return trouble !== undefined && trouble.what !== before?.what;
}

/** Tells the log of what is new, and of what is over; `/networks` reads it from the port. */
function say(
  parts: Parts,
  { network, endpoint }: Attached,
  trouble: LinkTrouble | undefined,
): void {
  const before = endpoint.trouble;
  endpoint.trouble = trouble;
  if (before?.what === trouble?.what) return;
  const subject = { network: network.record.name, container: endpoint.container?.name };
  if (trouble === undefined) parts.log.info(subject, "the container's link works again");
  else parts.log.warn(subject, `the container ${trouble.what}`);
}
