import { type AttachedNetwork, freePorts, takenPorts } from '../domain/attached-network.ts';
import type { BridgeLink, Endpoint, ExternalPort, NetworkView } from '../domain/network.ts';
import { sameAcls } from '../plan/policy/same-acls.ts';
import { defaultAcls } from '../services/policy/policy.ts';

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
    aclTroubles: network.aclTroubles,
    notes: notesOf(network),
  };
}

function notesOf({ spec, blocked, notes }: AttachedNetwork): string[] {
  const gateway = blocked.get(spec.bridge);
  const own = gateway === undefined ? [] : [`the gateway is closed: ${gateway}`];
  return [...notes.values(), ...own];
}

/** One whose device is gone is on the bridge by name only. */
function externalPorts({ others, blocked, mirrorPort }: AttachedNetwork): ExternalPort[] {
  return others.seen.flatMap((port) => {
    const { name, kind, ofPort, mac, gone, vlan, acls, closed, peer } = port;
    if (peer !== undefined || ofPort === undefined || gone) return [];
    const machine = others.machines.get(name);
    const shown = kind === 'patch' ? 'external' : kind;
    const why = closed ?? blocked.get(name);
    const mirrored = port.mirrored && mirrorPort !== undefined;
    return [{ name, ofPort, mac, kind: shown, machine, vlan, acls, mirrored, closed: why }];
  });
}

function bridgeLinks({ others, mirrorLink, blocked }: AttachedNetwork): BridgeLink[] {
  const patches = others.seen.flatMap(({ name, ofPort, peer, closed }) =>
    peer === undefined || ofPort === undefined
      ? []
      : [{ name, ofPort, peer, closed: closed ?? blocked.get(name) }],
  );
  return mirrorLink === undefined ? patches : [mirrorLink, ...patches];
}
