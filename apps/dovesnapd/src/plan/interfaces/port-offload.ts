import type { Link } from '@dovesnap/netns';
import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { PortEvent } from '../../domain/port-life.ts';

/**
 * Whether the userspace datapath cuts segments and computes checksums itself (userspace TSO). What is asked for is taken up
 * when the switch starts. Newer ones say what is in force, on every device of the system that is a port (seen with 3.5.0 and
 * 4.0.0). Of older ones proof is the tap of the bridge's own port: ovs-vswitchd opens it with a virtio header when TSO is in
 * force, and without one otherwise, also one that it kept over a restart (3.1.0, with and without DPDK). Newer ones always do:
 * until the first port is there, what is asked for is believed.
 */
export function isTsoInForce(
  state: Pick<SwitchState, 'userspaceTsoRequested' | 'bridges'>,
  local: Pick<Link, 'vnetHeader'>,
): boolean {
  return state.userspaceTsoRequested && (tsoSaid(state) ?? local.vnetHeader === true);
}

/** What the switch says of userspace TSO; undefined: nothing. It is of the switch as a whole. */
export function tsoSaid({ bridges }: Pick<SwitchState, 'bridges'>): boolean | undefined {
  return bridges
    .filter(({ datapathType }) => datapathType === 'netdev')
    .flatMap(({ ports }) => ports)
    .flatMap(({ interfaces }) => interfaces)
    .find(({ cutsSegments }) => cutsSegments !== undefined)?.cutsSegments;
}

/** Whether a new container's end may leave segments and checksums to what is behind it: to the kernel always. */
export function leavesOffloads(network: Pick<AttachedNetwork, 'spec' | 'observation'>): boolean {
  return !network.spec.userspace || network.observation.txOffload === true;
}

/** Whether a port was made for a switch that did otherwise than this one. */
export function hasOtherOffload(
  network: Pick<AttachedNetwork, 'spec' | 'observation'>,
  port: Pick<Port, 'txOffload'>,
): boolean {
  return (
    network.spec.userspace &&
    network.observation.txOffload !== undefined &&
    port.txOffload !== network.observation.txOffload
  );
}

/**
 * What has happened to a port that is on the bridge now, of the attempt under which it was made: the switch may handle
 * offloads otherwise by then.
 */
export function madePort(
  network: Pick<AttachedNetwork, 'spec' | 'observation'>,
  port: Pick<Port, 'txOffload'>,
  attempt: number,
): Extract<PortEvent, { kind: 'made' }> {
  return { kind: 'made', attempt, fits: !hasOtherOffload(network, port) };
}
