import { findBridge, type InterfaceState, type SwitchState } from '@dovesnap/ovs';
import type { NetworkSpec } from '../../domain/network-spec.ts';

/** What the switch says of an interface on a network's bridge; undefined while it is not there. */
export function rowOf(
  state: SwitchState,
  spec: NetworkSpec,
  name: string,
): InterfaceState | undefined {
  const bridge = findBridge(state, spec.bridge);
  return bridge?.ports.find((port) => port.name === name)?.interfaces[0];
}
