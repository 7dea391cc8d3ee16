import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { JoinReply } from '../../protocol/network-driver.ts';

/**
 * What Docker does with the interface. A network without a gateway says so in words that keep Docker from attaching its
 * own `docker_gwbridge`: without them a flat network's containers would get a second way out.
 */
export function joinReply(
  network: AttachedNetwork,
  port: Pick<Port, 'peerLink' | 'endpoint'>,
): JoinReply {
  const wanted = port.endpoint?.wantedLink;
  const interfaceName = {
    SrcName: port.peerLink,
    DstPrefix: 'eth',
    ...(wanted === undefined ? {} : { DstName: wanted }),
  };
  const ipv4 = defaultRouter(network, 'ipv4');
  const ipv6 = defaultRouter(network, 'ipv6');
  if (ipv4 === undefined && ipv6 === undefined) {
    return { InterfaceName: interfaceName, DisableGatewayService: true };
  }
  return {
    InterfaceName: interfaceName,
    ...(ipv4 === undefined ? {} : { Gateway: ipv4 }),
    ...(ipv6 === undefined ? {} : { GatewayIPv6: ipv6 }),
  };
}

/** The network's own gateway; on a flat network, which has none of its own, the router on the LAN that the user named. */
function defaultRouter(network: AttachedNetwork, family: 'ipv4' | 'ipv6'): string | undefined {
  const subnet = network.spec.subnets.find((item) => item.family === family);
  const gateway = subnet?.gateway?.split('/')[0];
  if (network.spec.mode !== 'flat') return gateway;
  return subnet?.router ?? (network.record.gatewayGiven === true ? gateway : undefined);
}
