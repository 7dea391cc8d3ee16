import type { NetworkSpec } from '../domain/network.ts';
import type { DockerNetwork } from '../ports.ts';

/**
 * Whether the user gave the gateway of a flat network, which makes it the containers' default route. Docker tells the
 * driver a gateway in any case; an inspection shows one beside a subnet that was given only when it was given too (until
 * dockerd's next start), or names it as an auxiliary address.
 */
export function gatewayWasGiven(spec: NetworkSpec, docker: DockerNetwork): boolean {
  return docker.ipam.config.some(
    (item) =>
      item.auxiliary.DefaultGatewayIPv4 !== undefined ||
      (item.gateway !== undefined && spec.subnets.some((subnet) => subnet.pool === item.subnet)),
  );
}
