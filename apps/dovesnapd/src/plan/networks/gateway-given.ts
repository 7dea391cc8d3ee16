import { contains, parseCidr } from '../../domain/cidr.ts';
import type { AddressPool, DockerNetwork } from '../../edges/edges.ts';

/** Where Docker takes subnets from when the user gives none and the engine is not configured otherwise (20.10 to 29.7). */
const dockersPools: readonly AddressPool[] = [
  ...Array.from({ length: 15 }, (_, index) => ({ base: `172.${17 + index}.0.0/16`, size: 16 })),
  { base: '192.168.0.0/16', size: 20 },
];

/**
 * Whether the user gave the gateway of a flat network, which makes it the containers' default route. Docker tells the
 * driver a gateway in any case. An inspection shows one beside a given subnet only when it was given too (until dockerd's
 * next start), but also beside a subnet that Docker chose. So a gateway counts as given unless the subnet is one that
 * Docker chooses and the gateway its first address, as Docker would choose.
 */
export function gatewayWasGiven(docker: DockerNetwork, pools: readonly AddressPool[]): boolean {
  const own = pools.length === 0 ? dockersPools : pools;
  return docker.ipam.config.some(({ subnet, gateway }) => {
    if (subnet === undefined || gateway === undefined) return false;
    return !(isFirstAddress(gateway, subnet) && own.some((pool) => isFrom(pool, subnet)));
  });
}

function isFrom(pool: AddressPool, subnet: string): boolean {
  const from = parseCidr(pool.base);
  const taken = parseCidr(subnet);
  if (from === undefined || taken === undefined) return false;
  return subnet.endsWith(`/${pool.size}`) && contains(from, taken);
}

function isFirstAddress(gateway: string, subnet: string): boolean {
  const base = subnet.split('/')[0] ?? '';
  const last = Number(base.split('.').at(-1));
  return gateway === base.replace(/\d+$/, String(last + 1));
}
