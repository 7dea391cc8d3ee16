import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { recordGatewayGiven } from '../../domain/network-record.ts';
import type { Docker, DockerNetwork } from '../../edges/edges.ts';
import { gatewayWasGiven } from '../../plan/networks/gateway-given.ts';

/** Finds out, once, whether a flat network's gateway was given by the user. Other modes are the gateway themselves. */
export async function learnGateway(
  docker: Docker,
  network: AttachedNetwork,
  found: DockerNetwork,
): Promise<void> {
  if (network.spec.mode !== 'flat' || network.record.gatewayGiven !== undefined) return;
  const pools = await docker.addressPools();
  if (network.record.gatewayGiven !== undefined) return;
  recordGatewayGiven(network.record, gatewayWasGiven(found, pools));
}
