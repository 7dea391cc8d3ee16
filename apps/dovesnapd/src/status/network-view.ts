import type { SwitchState } from '@dovesnap/ovs';
import { type AttachedNetwork, freePorts, takenPorts } from '../domain/attached-network.ts';
import type { Endpoint, NetworkView } from '../domain/network.ts';

/** A network as the status server shows it. */
export function networkView(network: AttachedNetwork, state: SwitchState | undefined): NetworkView {
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
            },
          ],
    ),
    freePorts: freePorts(network).length,
    totalPorts: network.ports.size,
    externalPorts: externalPorts(network, state),
    notes: [...network.notes.values()],
  };
}

function externalPorts(
  network: AttachedNetwork,
  state: SwitchState | undefined,
): NetworkView['externalPorts'] {
  const bridge = state?.bridges.find((item) => item.name === network.spec.bridge);
  const ours = new Set([...network.ports.values()].map((port) => port.hostLink));
  return (bridge?.ports ?? []).flatMap((port) => {
    const found = port.interfaces[0];
    if (ours.has(port.name) || port.name === network.spec.bridge) return [];
    if (found?.ofPort === undefined || found.type === 'patch') return [];
    return [{ name: port.name, ofPort: found.ofPort, mac: found.mac ?? '' }];
  });
}
