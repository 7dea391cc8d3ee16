import type { WantedNat } from '@dovesnap/iptables-nat';
import { type Change, type Link, planAddresses, setLink } from '@dovesnap/netns';
import type { AttachedNetwork } from '../domain/attached-network.ts';
import { natOwner } from '../domain/names.ts';

/** What the local port of a network with a gateway still lacks. */
export function planGateway(network: AttachedNetwork, link: Link): Change[] {
  const wanted = network.spec.subnets.flatMap((subnet) => subnet.gateway ?? []);
  return [
    ...(link.up ? [] : [setLink(link.name, { up: true })]),
    ...planAddresses(link, wanted, { nodad: true }),
  ];
}

/** The rules that these networks need. */
export function natRules(networks: readonly AttachedNetwork[]): WantedNat {
  return {
    owner: natOwner,
    networks: networks
      .filter((network) => network.spec.mode !== 'flat' && !network.life.signal.aborted)
      .map((network) => ({
        bridge: network.spec.bridge,
        subnets: network.spec.subnets.map((subnet) => subnet.pool),
        masquerade: network.spec.mode === 'nat',
        isolated: network.spec.isolated,
      })),
  };
}
