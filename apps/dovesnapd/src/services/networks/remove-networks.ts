import type { CleanupDocker } from '../../edges/edges.ts';

/**
 * Ends every container on the driver's networks and removes the networks, one after another; what cannot be removed does
 * not keep the rest. Answers whether nothing is left.
 */
export async function removeNetworks(
  docker: CleanupDocker,
  say: (line: string) => void,
): Promise<boolean> {
  const networks = await docker.networks();
  if (networks.length === 0) say('there is no dovesnap network');
  let isClean = true;
  for (const network of networks) {
    try {
      for (const container of await docker.containersOn(network.id)) {
        // First: a container that has ended may hold its endpoint for a moment more, and a network in use stays.
        await docker.disconnect(network.id, container.id);
        await docker.kill(container.id);
        say(`container ${container.name} on network ${network.name} has been ended`);
      }
      await docker.remove(network.id);
      say(`network ${network.name} has been removed`);
    } catch (error) {
      isClean = false;
      say(`network ${network.name} could not be removed: ${(error as Error).message}`);
    }
  }
  return isClean;
}
