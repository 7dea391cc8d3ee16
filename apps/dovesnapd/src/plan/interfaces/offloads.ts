import type { Link } from '@dovesnap/netns';
import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';

/**
 * Whether the userspace datapath cuts segments and computes checksums itself (userspace TSO). The database says only what
 * is asked for. Proof is the tap of the bridge's own port: ovs-vswitchd opens it with a virtio header when TSO is in
 * force, and without one otherwise, also one that it kept over a restart (openvswitch 3.1.0, with and without DPDK).
 * Either alone is not enough; in doubt it is not in force, for then TCP works in any case.
 */
export function isTsoInForce(
  state: Pick<SwitchState, 'userspaceTsoRequested'>,
  local: Pick<Link, 'vnetHeader'>,
): boolean {
  return state.userspaceTsoRequested && local.vnetHeader === true;
}

/** Whether a new container's end may leave segments and checksums to what is behind it: to the kernel always. */
export function leavesOffloads(network: Pick<AttachedNetwork, 'userspace' | 'txOffload'>): boolean {
  return !network.userspace || network.txOffload === true;
}

/** Whether a port was made for a switch that did otherwise than this one. */
export function hasOtherOffload(
  network: Pick<AttachedNetwork, 'userspace' | 'txOffload'>,
  port: Pick<Port, 'txOffload'>,
): boolean {
  return (
    network.userspace && network.txOffload !== undefined && port.txOffload !== network.txOffload
  );
}

/** What a port is that has just been made: for some the switch does otherwise by then than when they were begun. */
export function phaseWhenMade(
  network: Pick<AttachedNetwork, 'userspace' | 'txOffload'>,
  port: Pick<Port, 'txOffload'>,
): 'warming' | 'dirty' {
  return hasOtherOffload(network, port) ? 'dirty' : 'warming';
}
