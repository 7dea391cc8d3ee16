import type { DockerNetwork } from '../../src/edges/edges.ts';
import { networkId } from './sample.ts';

/** The sample network as Docker shows it; what is given differs. */
export function dockerNetwork(given: Partial<DockerNetwork> = {}): DockerNetwork {
  return {
    id: networkId,
    name: 'lab',
    driver: 'dovesnap',
    internal: false,
    enableIpv6: false,
    options: {},
    ipam: { driver: 'default', config: [] },
    endpoints: [],
    ...given,
  };
}

/** That network with one subnet. */
export function withIpam(subnet: string, gateway?: string): DockerNetwork {
  return dockerNetwork({
    ipam: { driver: 'default', config: [{ subnet, gateway, auxiliary: {} }] },
  });
}
