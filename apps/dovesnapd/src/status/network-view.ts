import { type AttachedNetwork, freePorts, takenPorts } from '../domain/attached-network.ts';
import type { BridgeLink, Endpoint, ExternalPort, NetworkView } from '../domain/network.ts';
import { sameAcls } from '../plan/same-acls.ts';
import { defaultAcls } from '../services/policy.ts';

/** A network as the status server shows it. */
export function networkView(network: AttachedNetwork): NetworkView {
  const free = freePorts(network);
  return {
    spec: network.spec,
    name: network.name,
    dpid: network.dpid,
    userspace: network.userspace,
    mtu: network.mtu,
    controllers: network.controllers,
    endpoints: takenPorts(network).flatMap((port): Endpoint[] =>
      port.endpoint === undefined
        ? []
        : [
            {
              ...port.endpoint,
              networkId: network.spec.id,
              ofPort: port.ofPort,
              hostLink: port.hostLink,
              acls: port.acls,
              mirrored: port.mirrored && network.mirrorPort !== undefined,
            },
          ],
    ),
    freePorts: free.length,
    freePlainPorts: free.filter((port) => sameAcls(port.acls, defaultAcls(network))).length,
    totalPorts: network.ports.size,
    externalPorts: externalPorts(network),
    bridgeLinks: bridgeLinks(network),
    notes: [...network.notes.values()],
  };
}

/** One whose device is gone is on the bridge by name only. */
function externalPorts({ others }: AttachedNetwork): ExternalPort[] {
  return others.seen.flatMap(({ name, kind, ofPort, mac, gone, vlan, acls, closed, peer }) => {
    if (peer !== undefined || ofPort === undefined || gone) return [];
    const machine = others.machines.get(name);
    const shown = kind === 'patch' ? 'external' : kind;
    return [{ name, ofPort, mac, kind: shown, machine, vlan, acls, closed }];
  });
}

function bridgeLinks({ others, mirrorLink }: AttachedNetwork): BridgeLink[] {
  const patches = others.seen.flatMap(({ name, ofPort, peer, closed }) =>
    peer === undefined || ofPort === undefined ? [] : [{ name, ofPort, peer, closed }],
  );
  return mirrorLink === undefined ? patches : [mirrorLink, ...patches];
}
