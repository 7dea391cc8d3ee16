import { type Link, type Netns, NetnsError, netns } from '@dovesnap/netns';
import { type AttachedNetwork, type Port, takenPorts } from '../../domain/attached-network.ts';
import type { Parts } from '../parts.ts';
import { commitRecords } from './commit-records.ts';

/** Docker answers nothing about a container while it starts it. Nobody waits for us here. */
const startedWithinMs = 10_000;

/**
 * Finds the names that a running container's interfaces have inside it, where they are not known yet, and records them.
 * The index of a link survives its way into the container, its name does not: `eth0` is only a guess. A container that has
 * ended meanwhile has no names to learn.
 *
 * @throws NetnsError.
 */
export async function learnContainerLinks(
  parts: Parts,
  networks: readonly AttachedNetwork[],
  containerId: string | undefined,
  inside: (pid: number) => Pick<Netns, 'links'> = (pid) => netns({ pid }),
): Promise<void> {
  const unknown = networks
    .map((network) => ({ network, ports: unnamedPorts(network, containerId) }))
    .filter(({ ports }) => ports.length > 0);
  if (containerId === undefined || unknown.length === 0) return;
  const pid = await parts.docker.containerPid(containerId, { deadline: startedWithinMs });
  if (pid === undefined) return;
  const links = await linksOf(inside(pid));
  if (links === undefined) {
    const ended = 'the container has ended before its interfaces could be named';
    parts.log.debug({ container: containerId }, ended);
    return;
  }
  for (const { network, ports } of unknown) {
    for (const port of ports) await learnLink(parts, port, links);
    await commitRecords(parts, network, ports);
  }
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

function unnamedPorts(network: AttachedNetwork, containerId: string | undefined): Port[] {
  return takenPorts(network).filter(
    ({ endpoint }) =>
      endpoint?.container?.id === containerId && endpoint?.containerLink === undefined,
  );
}

async function learnLink(parts: Parts, port: Port, inside: readonly Link[]): Promise<void> {
  const host = await parts.host.link(port.hostLink);
  const found = inside.find((link) => link.ifindex === host?.peerIfindex);
  if (port.endpoint !== undefined) port.endpoint.containerLink = found?.name;
}
