import { BlockList } from 'node:net';
import { parseCidr } from '../domain/cidr.ts';

/** Tells of a peer's address, as node:net reports it, whether it lies in one of the networks (CIDRs). */
export function allowList(networks: readonly string[]): (peer: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks.map(parseCidr)) {
    if (network) list.addSubnet(network.network, network.prefix, network.family);
  }
  return (peer) => {
    if (peer === undefined) return false;
    // A socket that listens on all addresses shows IPv4 peers as ::ffff:1.2.3.4, and link-local ones with their zone.
    const address = parseCidr(peer.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, ''));
    return address !== undefined && list.check(address.address, address.family);
  };
}
