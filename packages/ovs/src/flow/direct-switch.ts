import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Wait } from '../types.ts';
import type { FlowFilter, PacketOut } from './flow-types.ts';
import { type Exchanged, exchange, type Request } from './openflow-exchange.ts';
import { deleteFlowsBody, messageType, packetOutBody } from './openflow-messages.ts';

/** Opens a connection to a bridge's management socket. Failures are reported by its `error` event. */
export type ConnectBridge = (path: string) => Duplex;

/**
 * What is asked of a switch without a program, in OpenFlow 1.3. Each call resolves to whether the switch has done it:
 * not when it cannot be asked this way, and nothing has been done then.
 * @throws OvsError `OFCTL`, `TIMEOUT`, `ABORTED`.
 */
export interface DirectSwitch {
  deleteFlows(bridge: string, filters: readonly FlowFilter[], wait?: Wait): Promise<boolean>;
  packetOut(bridge: string, packet: PacketOut, wait?: Wait): Promise<boolean>;
}

/** Where Open vSwitch as packaged keeps the sockets of its bridges, ovs-vswitchd(8). */
const usualRundir = '/run/openvswitch';

/**
 * Makes a {@link DirectSwitch}. Of one bridge it uses one connection at a time: ovs-vswitchd accepts few at once
 * (3.1.0).
 */
export function directSwitch(
  rundir: string | undefined,
  connect: ConnectBridge = (path: string): Duplex => connectPlain({ path }),
): DirectSwitch {
  const last = new Map<string, Promise<unknown>>();
  const ask = async (
    bridge: string,
    verb: string,
    requests: readonly Request[],
    wait: Wait | undefined,
  ): Promise<boolean> => {
    const what = `${verb} on bridge ${bridge}`;
    const task = (): Promise<Exchanged> =>
      exchange(what, connect(join(rundir ?? usualRundir, `${bridge}.mgmt`)), requests, wait);
    const result = (last.get(bridge) ?? Promise.resolve()).then(task);
    const settled = result.catch(() => undefined);
    last.set(bridge, settled);
    try {
      return (await result) === 'done';
    } finally {
      if (last.get(bridge) === settled) last.delete(bridge);
    }
  };
  return {
    deleteFlows: async (bridge, filters, wait) => {
      const bodies = filters.flatMap((filter) => deleteFlowsBody(filter) ?? []);
      if (bodies.length < filters.length) return false;
      const requests = bodies.map((body) => ({ type: messageType.flowMod, body }));
      return ask(bridge, 'deletion of flows', requests, wait);
    },
    packetOut: (bridge, packet, wait) => {
      const body = packetOutBody(packet);
      return ask(bridge, 'packet-out', [{ type: messageType.packetOut, body }], wait);
    },
  };
}
