import { type Link, netns } from '@dovesnap/netns';
import { type AttachedNetwork, type Port, takenPorts } from '../domain/attached-network.ts';
import { commitRecords } from './commit-records.ts';
import type { Parts } from './parts.ts';

/**
 * Finds the names that a running container's interfaces have inside it, where they are not known yet, and records them.
 * The index of a link survives its way into the container, its name does not: `eth0` is only a guess.
 */
export async function learnContainerLinks(
  parts: Parts,
  networks: readonly AttachedNetwork[],
  containerId: string | undefined,
): Promise<void> {
  const unknown = networks
    .map((network) => ({ network, ports: unnamedPorts(network, containerId) }))
    .filter(({ ports }) => ports.length > 0);
  if (containerId === undefined || unknown.length === 0) return;
  const pid = await parts.docker.containerPid(containerId);
  if (pid === undefined) return;
  const inside = await netns({ pid }).links();
  for (const { network, ports } of unknown) {
    for (const port of ports) await learnLink(parts, port, inside);
    await commitRecords(parts, network, ports);
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
