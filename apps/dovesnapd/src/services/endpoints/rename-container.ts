import { type AttachedNetwork, takenPorts } from '../../domain/attached-network.ts';
import type { Opening } from './opening.ts';

/** Takes a container's name over from Docker, wherever the container is attached; does nothing where it is known. */
export function renameContainer(
  opening: Pick<Opening, 'renamed'>,
  networks: readonly AttachedNetwork[],
  containerId: string,
  name: string,
): void {
  for (const network of networks) {
    for (const port of takenPorts(network)) {
      const { endpoint } = port;
      if (endpoint?.container?.id !== containerId || endpoint.container.name === name) continue;
      endpoint.container = { ...endpoint.container, name };
      opening.renamed(network, port);
    }
  }
}
