import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { hasOtherOffload } from '../interfaces/port-offload.ts';

/**
 * Free ports whose device the switch could not open (it is gone, as all of them are when the machine was started again),
 * or has lost (index 0 on a userspace bridge, Open vSwitch 3.1.0), and those that were made for a switch that did other
 * things for its links.
 */
export function brokenPorts(network: AttachedNetwork, state: SwitchState): Port[] {
  const bridge = state.bridges.find((item) => item.name === network.spec.bridge);
  const failed = new Set(
    (bridge?.ports ?? [])
      .filter((port) => port.interfaces.some(({ error, ifindex }) => error || ifindex === 0))
      .map((port) => port.name),
  );
  return [...network.ports.values()].filter(
    (port) =>
      port.phase === 'free' && (failed.has(port.hostLink) || hasOtherOffload(network, port)),
  );
}
