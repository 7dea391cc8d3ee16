import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { parseBridgeRecord } from '../../domain/record.ts';
import type { DockerNetwork } from '../../edges/edges.ts';
import {
  findSurplus,
  type Surplus,
  type SurplusEndpoint,
  surplusInBoth,
} from '../../plan/networks/surplus.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import type { Networks } from '../networks/networks.ts';

/**
 * Between the lists of which two in succession must lack a thing before it is removed, milliseconds. More than two are
 * asked for while there is something to remove, or in use and not listed: a dockerd that was killed takes its old
 * containers down in its own time.
 */
const pausesMs = [2000, 2000, 4000, 8000, 16_000] as const;

interface Survey {
  readonly listed: readonly DockerNetwork[];
  /** Undefined when the list is not to be believed. */
  readonly surplus: Surplus | undefined;
}

/** Compares what we hold with what Docker lists. */
export interface DockerWatch {
  /**
   * Adopts, rebuilds, removes. @throws when Docker does not give a complete list: nothing is concluded from a part; and when
   * it lists a network that is being removed: whether it stays is known once it is gone.
   */
  look(): Promise<void>;
}

/** What a {@link DockerWatch} works with. */
export interface DockerWatchServices {
  readonly registry: Registry;
  readonly networks: Networks;
  readonly attachments: Attachments;
  readonly rebuild: (docker: DockerNetwork) => Promise<AttachedNetwork>;
}

/** Makes a {@link DockerWatch}. */
export function dockerWatch(parts: Parts, services: DockerWatchServices): DockerWatch {
  const { registry, networks, attachments } = services;
  const adopt = adopter(parts, services);
  const release = ({ network, port, id }: SurplusEndpoint): Promise<void> =>
    parts.turns.take(['endpoint', id], async () => {
      if (port.endpoint?.id !== id) return;
      const names = { network: network.record.name, container: port.endpoint.container?.name };
      parts.log.info(names, 'Docker no longer has this endpoint: its port is freed');
      await attachments.release(network, port);
    });
  const remove = async (surplus: Pick<Surplus, 'networks' | 'endpoints'>): Promise<void> => {
    const { turns } = parts;
    for (const endpoint of surplus.endpoints) {
      if (!turns.isTaken(['endpoint', endpoint.id])) await release(endpoint);
    }
    for (const { spec, record } of surplus.networks) {
      if (turns.isTaken(['network', spec.id])) continue;
      parts.log.info({ network: record.name }, 'Docker no longer has this network: it is removed');
      await networks.remove(spec.id);
    }
  };
  const survey = async (): Promise<Survey> => {
    const askedAt = parts.clock.now();
    const list = await parts.docker.networks({ deadline: 10_000 });
    const found = await Promise.all(
      list.map((item) => parts.docker.network(item.id, { deadline: 10_000 })),
    );
    const listed = found.filter((item) => item !== undefined);
    const links = await parts.host.links();
    const here = new Map(links.map((link) => [link.name, link]));
    const isInUse = (port: Port): boolean => here.get(port.hostLink)?.peerNamespaceId !== undefined;
    const engineId = await parts.engineId();
    const ours = registry.all().filter((network) => network.spec.engineId === engineId);
    return { listed, surplus: findSurplus(ours, listed, askedAt, isInUse) };
  };
  const lookAgain = async (first: Surplus | undefined): Promise<void> => {
    let earlier = first;
    for (const pause of pausesMs) {
      if (earlier === undefined || isSettled(earlier)) return;
      await parts.clock.sleep(pause, parts.signal);
      if (!parts.docker.serving || parts.signal.aborted) return;
      const later = await survey().catch((err: unknown) => sayNoList(parts, err));
      if (later === undefined) continue;
      if (later.surplus !== undefined) await remove(surplusInBoth(earlier, later.surplus));
      earlier = later.surplus;
    }
  };
  return {
    look: async () => {
      const { listed, surplus } = await survey();
      const leaving = listed.filter(({ id }) => registry.find(id)?.life.signal.aborted === true);
      const staying = listed.filter((one) => !leaving.includes(one));
      let isRebuilt = false;
      for (const one of staying) isRebuilt = (await adopt(one)) || isRebuilt;
      await tellWhatIsKept(parts, surplus);
      // What was rebuilt may have been removed while Docker told of it.
      const isUnsure = surplus?.isUnsure === true || isRebuilt;
      lookAgain(surplus && { ...surplus, isUnsure }).catch((err: unknown) =>
        parts.log.error({ err }, 'could not remove what Docker no longer has'),
      );
      // Docker keeps it if it was killed before it had our answer: then it is rebuilt once it is gone.
      const [first] = leaving;
      if (first === undefined) return;
      throw new DovesnapError('UNKNOWN_NETWORK', `network ${first.name} is being removed`);
    },
  };
}

/** Makes the function that takes up a network that Docker lists; it answers whether the network was rebuilt. */
function adopter(
  parts: Parts,
  { registry, networks, attachments, rebuild }: DockerWatchServices,
): (listed: DockerNetwork) => Promise<boolean> {
  return async (listed) => {
    const known = registry.find(listed.id);
    try {
      const network = known ?? (await rebuild(listed));
      await networks.named(network, listed);
      for (const { containerId, containerName } of listed.endpoints) {
        if (containerId === undefined) continue;
        attachments.rename([network], containerId, containerName);
      }
      attachments.resume(network);
    } catch (err) {
      parts.log.error({ network: listed.name, err }, 'could not restore the network');
    }
    return known === undefined;
  };
}

function isSettled(surplus: Surplus): boolean {
  return surplus.networks.length + surplus.endpoints.length === 0 && !surplus.isUnsure;
}

function sayNoList({ log }: Pick<Parts, 'log'>, err: unknown): undefined {
  log.warn({ err }, 'Docker or the switch answered incompletely: nothing is removed');
}

/** Tells of what is kept because another Docker has made it, or may have. */
async function tellWhatIsKept(parts: Parts, surplus: Surplus | undefined): Promise<void> {
  if (surplus === undefined) {
    parts.log.warn({}, 'Docker does not list networks that are in use: nothing is removed');
  }
  const engineId = await parts.engineId();
  const others = parts.ovs
    .state()
    .bridges.flatMap((bridge) => parseBridgeRecord(bridge.externalIds) ?? [])
    .filter((record) => record.engineId !== engineId)
    .map((record) => record.name ?? record.networkId);
  if (others.length > 0) {
    parts.log.warn({ networks: others }, 'networks of another Docker engine are left alone');
  }
}
