import type { WantedNat } from '@dovesnap/iptables-nat';
import { type Change, type Link, planAddresses, setLink } from '@dovesnap/netns';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { uplinkOf, usesLocalPort } from '../../domain/host-ports.ts';
import { natOwner } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';

/** What the local port of a network with a gateway still lacks. */
export function planGateway(spec: NetworkSpec, link: Link): Change[] {
  const wanted = spec.subnets.flatMap((subnet) => subnet.gateway ?? []);
  return [
    ...(link.up ? [] : [setLink(link.name, { up: true })]),
    ...planAddresses(link, wanted, { nodad: true }),
  ];
}

/** The rules that these networks need: of a flat one, which the host is only a member of, those that keep containers apart. */
export function natRules(networks: readonly AttachedNetwork[]): WantedNat {
  return {
    owner: natOwner,
    networks: networks
      .filter((network) => usesLocalPort(network.spec) && !network.life.signal.aborted)
      .map(({ spec }) => ({
        bridge: spec.bridge,
        subnets: spec.mode === 'flat' ? [] : spec.subnets.map((subnet) => subnet.pool),
        masquerade: spec.mode === 'nat',
        isolated: spec.isolated,
        uplink: uplinkOf(spec) !== undefined,
      })),
  };
}
