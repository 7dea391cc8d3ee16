import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { parseNetworkRecord } from '../domain/record.ts';
import { findSurplus, type Surplus } from '../plan/surplus.ts';
import type { DockerNetwork } from '../ports.ts';
import type { Attachments } from './attachments.ts';
import type { Networks } from './networks.ts';
import type { Parts } from './parts.ts';
import type { Registry } from './registry.ts';

/** Between the two lists that must both lack a thing before it is removed. */
const secondLookMs = 2000;

interface Survey {
  readonly listed: readonly DockerNetwork[];
  /** Undefined when the list is not to be believed. */
  readonly surplus: Surplus | undefined;
}

/** Compares what we hold with what Docker lists. */
export interface DockerWatch {
  /** Adopts, rebuilds, removes. @throws when Docker does not give a complete list: nothing is concluded from a part. */
  look(): Promise<void>;
}

/** Makes a {@link DockerWatch}. */
export function dockerWatch(
  parts: Parts,
  services: {
    readonly registry: Registry;
    readonly networks: Networks;
    readonly attachments: Attachments;
    readonly rebuild: (docker: DockerNetwork) => Promise<AttachedNetwork>;
  },
): DockerWatch {
  const { registry, networks, attachments, rebuild } = services;
  const adopt = async (listed: DockerNetwork): Promise<void> => {
    try {
      const network = registry.find(listed.id) ?? (await rebuild(listed));
      await networks.named(network, listed);
      for (const { containerId, containerName } of listed.endpoints) {
        if (containerId === undefined) continue;
        attachments.rename([network], containerId, containerName);
      }
      attachments.resume(network);
    } catch (err) {
      parts.log.error({ network: listed.name, err }, 'the network could not be taken up');
    }
  };
  const busy = (network: AttachedNetwork): boolean =>
    parts.serial.busy(`network:${network.spec.id}`);
  const remove = async (surplus: Surplus): Promise<void> => {
    for (const { network, port } of surplus.endpoints) {
      const endpoint = port.endpoint;
      if (endpoint === undefined || parts.serial.busy(`endpoint:${endpoint.id}`)) continue;
      parts.log.info(
        { network: network.name, container: endpoint.container?.name },
        'Docker no longer has this endpoint: its port is freed',
      );
      await attachments.release(network, port);
    }
    for (const network of surplus.networks) {
      if (busy(network)) continue;
      parts.log.info({ network: network.name }, 'Docker no longer has this network: it is removed');
      await networks.remove(network.spec.id);
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
    const ours = registry.all().filter((network) => network.engineId === engineId);
    return { listed, surplus: findSurplus(ours, listed, askedAt, isInUse) };
  };
  return {
    look: async () => {
      const first = await survey();
      for (const listed of first.listed) await adopt(listed);
      await tellWhatIsKept(parts, first);
      const { networks: gone, endpoints: left } = inBoth(first.surplus, first.surplus);
      if (gone.length + left.length === 0) return;
      await parts.clock.sleep(secondLookMs, parts.signal);
      if (!parts.docker.serving || parts.signal.aborted) return;
      const second = await survey();
      await remove(inBoth(first.surplus, second.surplus));
    },
  };
}

/** Tells of what is kept because another Docker has made it, or may have. */
async function tellWhatIsKept(parts: Parts, { surplus }: Survey): Promise<void> {
  if (surplus === undefined) {
    parts.log.warn({}, 'Docker does not list networks that are in use: nothing is removed');
  }
  const engineId = await parts.engineId();
  const others = parts.ovs
    .state()
    .bridges.flatMap((bridge) => parseNetworkRecord(bridge.externalIds) ?? [])
    .filter((record) => record.engineId !== engineId)
    .map((record) => record.name ?? record.networkId);
  if (others.length > 0) {
    parts.log.warn({ networks: others }, 'networks of another Docker engine are left alone');
  }
}

function inBoth(first: Surplus | undefined, second: Surplus | undefined): Surplus {
  if (first === undefined || second === undefined) return { networks: [], endpoints: [] };
  const ids = new Set(first.endpoints.map(({ port }) => port.endpoint?.id));
  return {
    networks: second.networks.filter((network) => first.networks.includes(network)),
    endpoints: second.endpoints.filter(({ port }) => ids.has(port.endpoint?.id)),
  };
}
