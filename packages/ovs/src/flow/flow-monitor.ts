import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Child, type Spawn, spawn as spawnCommand } from '@dovesnap/command';
import { type Clock, systemClock } from '../clock.ts';
import { OvsError } from '../error.ts';
import { bridgeSocket } from './bridge-socket.ts';

/** Options for `ovs-ofctl monitor`. */
export interface FlowMonitorOptions {
  readonly spawn?: Spawn | undefined;
  /** Directory of the bridge sockets. Default: the directory built into ovs-ofctl, usually /run/openvswitch. */
  readonly rundir?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Default {@link sendThrough}. */
  readonly send?: typeof sendThrough | undefined;
}

/** A running monitor. */
export interface FlowMonitor extends Pick<Child, 'lines' | 'close'> {
  /** Resolves when the monitor has ended and its control socket is removed. */
  readonly ended: Promise<unknown>;
}

/**
 * The request to the switch, in OpenFlow 1.3: ONFST_FLOW_MONITOR, `struct onf_flow_monitor_request` of OVS's
 * include/openflow/openflow-1.3.h. It covers every table, port and match, and asks for all present flows and every
 * later change.
 */
const request = [
  // Version 1.3, multipart request, 48 bytes, transaction id 1; changes arrive with transaction id 0.
  ...['04', '12', '0030', '00000001'],
  // Experimenter, no flags; ONF, flow monitor.
  ...['ffff', '0000', '00000000', '4f4e4600', '0000074e'],
  // Monitor 0; flags initial, add, delete, modify, with actions, including changes by this connection; 4 bytes of
  // match.
  ...['00000000', '003f', '0004'],
  // Any port, any table.
  ...['ffffffff', 'ff', '000000'],
  // A match without fields.
  ...['0001', '0004', '00000000'],
].join('');

/**
 * Interval between attempts to connect to the program, in milliseconds. The program takes 10 to 20 ms to start
 * listening.
 */
const lookMs = 4;

/**
 * Runs `ovs-ofctl monitor` on a bridge and makes it ask the switch for all flows and their changes. ovs-ofctl prints
 * them on its standard error. The monitor ends when the request fails, when the switch goes away, or when the signal
 * fires.
 *
 * `monitor BRIDGE watch:` is not used, because it loses flows: it sends the request first and then negotiates the
 * format of packet-ins with the switch. Messages that arrive during those milliseconds are dropped, so a flow added
 * then is never reported (ovs-ofctl 3.1.0). Instead, `ofctl/send` sends the request through a control socket. ovs-ofctl
 * accepts it only after the negotiation, when it no longer drops messages. The control socket is then removed.
 */
export function startFlowMonitor(
  bridge: string,
  options: FlowMonitorOptions,
  signal: AbortSignal,
): FlowMonitor {
  const { spawn = spawnCommand, clock = systemClock, send = sendThrough } = options;
  const socket = join(tmpdir(), `ovs-flows-${randomUUID()}.ctl`);
  const flags = ['-O', 'OpenFlow13', '--no-names', `--unixctl=${socket}`, '-mmmm'];
  const args = [...flags, 'monitor', bridgeSocket(bridge, options.rundir)];
  const child = spawn('ovs-ofctl', args, { signal, background: true });
  const over = new AbortController();
  const end = (): void => over.abort();
  child.exited.then(end, end);
  const ask = async (): Promise<void> => {
    try {
      await send(socket, request, clock, over.signal);
    } catch {
      await child.close();
    } finally {
      // The program removes the socket too, but only when it ends.
      await rm(socket, { force: true });
    }
  };
  const asked = ask();
  const { lines, close, exited } = child;
  return { lines, close, ended: Promise.allSettled([exited, asked]) };
}

/**
 * Sends an OpenFlow message, in hexadecimal digits, through a program of Open vSwitch. Retries while the program does
 * not listen on its control socket yet.
 * @throws OvsError `OFCTL`; the reason of the signal when it fires.
 */
export async function sendThrough(
  socket: string,
  message: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await call(socket, message).catch(() => undefined);
    if (answer === undefined) await clock.sleep(lookMs, signal);
    else if (answer.error === null) return;
    else throw new OvsError('OFCTL', `ovs-ofctl could not ask the switch: ${answer.error}`);
  }
}

/**
 * Makes one JSON-RPC call, ovs-appctl(8). The program keeps the connection open after its answer, so the caller closes
 * it.
 */
async function call(socket: string, message: string): Promise<{ readonly error: string | null }> {
  const connection = createConnection(socket);
  const body = { id: 0, method: 'ofctl/send', params: [message] };
  connection.write(JSON.stringify(body));
  connection.once('data', () => connection.end());
  return JSON.parse(await text(connection)) as { readonly error: string | null };
}
