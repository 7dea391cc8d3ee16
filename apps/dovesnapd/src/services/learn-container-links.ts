import { netns } from '@dovesnap/netns';
import { type AttachedNetwork, takenPorts } from '../domain/attached-network.ts';
import type { Parts } from './parts.ts';

/**
 * Finds the names that a running container's interfaces have inside it, where they are not known yet. The index of a link survives its way into the
 * container, its name does not: `eth0` is only a guess.
 */
export async function learnContainerLinks(
  parts: Parts,
  networks: readonly AttachedNetwork[],
  containerId: string | undefined,
): Promise<void> {
  const ports = networks
    .flatMap(takenPorts)
    .filter(({ endpoint }) => endpoint?.container?.id === containerId)
    .filter(({ endpoint }) => endpoint?.containerLink === undefined);
  if (containerId === undefined || ports.length === 0) return;
  const pid = await parts.docker.containerPid(containerId);
  if (pid === undefined) return;
  const inside = await netns({ pid }).links();
  for (const port of ports) {
    const host = await parts.host.link(port.hostLink);
    const found = inside.find((link) => link.ifindex === host?.peerIfindex);
    if (port.endpoint !== undefined) port.endpoint.containerLink = found?.name;
  }
}
