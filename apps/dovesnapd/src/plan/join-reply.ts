import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import type { JoinReply } from '../plugin/driver.ts';

/**
 * What Docker does with the interface. A network without a gateway says so in words that keep Docker from attaching its
 * own `docker_gwbridge`: without them a flat network's containers would get a second way out.
 */
export function joinReply(network: AttachedNetwork, port: Pick<Port, 'peerLink'>): JoinReply {
  const interfaceName = { SrcName: port.peerLink, DstPrefix: 'eth' };
  const gateway = (family: 'ipv4' | 'ipv6'): string | undefined =>
    network.spec.subnets.find((subnet) => subnet.family === family)?.gateway?.split('/')[0];
  const hasGateway = network.spec.mode !== 'flat' || network.gatewayGiven === true;
  const ipv4 = hasGateway ? gateway('ipv4') : undefined;
  const ipv6 = hasGateway ? gateway('ipv6') : undefined;
  if (ipv4 === undefined && ipv6 === undefined) {
    return { InterfaceName: interfaceName, DisableGatewayService: true };
  }
  return {
    InterfaceName: interfaceName,
    ...(ipv4 === undefined ? {} : { Gateway: ipv4 }),
    ...(ipv6 === undefined ? {} : { GatewayIPv6: ipv6 }),
  };
}
