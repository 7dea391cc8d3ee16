import type { DockerNetwork } from '../../edges/edges.ts';
import type { CreateNetworkRequest } from '../../protocol/network-driver.ts';

/**
 * The CreateNetwork request that Docker would have sent for a network, from an inspection of it: for when the switch's
 * database has lost ours. Docker never repeats the call.
 */
export function rebuiltRequest(network: DockerNetwork): CreateNetworkRequest {
  const data = network.ipam.config.map((item) => ({
    Pool: item.subnet ?? '',
    ...gatewayOf(item.subnet ?? '', item.gateway),
  }));
  return {
    NetworkID: network.id,
    Options: {
      'com.docker.network.enable_ipv6': network.enableIpv6,
      'com.docker.network.generic': network.options,
      ...(network.internal ? { 'com.docker.network.internal': true } : {}),
    },
    IPv4Data: data.filter((item) => !item.Pool.includes(':')),
    IPv6Data: data.filter((item) => item.Pool.includes(':')),
  };
}

/** Engines up to 28 leave out a gateway that they chose themselves for a given subnet: it is the first address. */
function gatewayOf(subnet: string, gateway: string | undefined): { Gateway?: string } {
  const [base, length] = subnet.split('/');
  if (base === undefined || length === undefined) return {};
  if (gateway !== undefined) return { Gateway: `${gateway}/${length}` };
  const first = base.replace(/(\d+)$/, (last) => String(Number(last) + 1));
  return base.includes('.') ? { Gateway: `${first}/${length}` } : {};
}
