import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { hasOtherOffload } from '../interfaces/offloads.ts';

/**
 * Free ports whose device the switch could not open (it went, as all of them do when the machine starts anew), and those
 * that were made for a switch that did other things for its links.
 */
export function brokenPorts(network: AttachedNetwork, state: SwitchState): Port[] {
  const bridge = state.bridges.find((item) => item.name === network.spec.bridge);
  const failed = new Set(
    (bridge?.ports ?? [])
      .filter((port) => port.interfaces.some((item) => item.error !== undefined))
      .map((port) => port.name),
  );
  return [...network.ports.values()].filter(
    (port) =>
      port.endpoint === undefined &&
      (port.phase === 'ready' || port.phase === 'warming') &&
      (failed.has(port.hostLink) || hasOtherOffload(network, port)),
  );
}
