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

/** How `ovs-ofctl monitor` is run. */
export interface FlowMonitorOptions {
  readonly spawn?: Spawn | undefined;
  /** Where the sockets of the bridges are. Default: where ovs-ofctl was built to look, usually /run/openvswitch. */
  readonly rundir?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Default {@link sendThrough}. */
  readonly send?: typeof sendThrough | undefined;
}

/** A monitor that runs. */
export interface FlowMonitor extends Pick<Child, 'lines' | 'close'> {
  /** Resolves when it has ended and has left nothing behind. */
  readonly ended: Promise<unknown>;
}

/**
 * What the switch is asked in OpenFlow 1.3: ONFST_FLOW_MONITOR, `struct onf_flow_monitor_request` of OVS's
 * include/openflow/openflow-1.3.h, for every table, port and match; all that is there, and each change from then on.
 */
const request = [
  // Version 1.3, multipart request, 48 bytes, transaction 1: changes come under 0.
  ...['04', '12', '0030', '00000001'],
  // Experimenter, no flags; of the ONF, flow monitor.
  ...['ffff', '0000', '00000000', '4f4e4600', '0000074e'],
  // Monitor 0; initial, add, delete, modify, with actions, also of changes by this connection; 4 bytes of match.
  ...['00000000', '003f', '0004'],
  // Any port, any table.
  ...['ffffffff', 'ff', '000000'],
  // A match of no field.
  ...['0001', '0004', '00000000'],
].join('');

/** Between two looks whether the program listens yet, milliseconds. It takes 10 to 20 of them to come so far. */
const lookMs = 4;

/**
 * Runs `ovs-ofctl monitor` on a bridge and has it ask the switch for all flows and their changes, which it prints on its
 * standard error. It ends when it cannot ask, when the switch goes, or with the signal.
 *
 * Not by `monitor BRIDGE watch:`. That asks first and then agrees with the switch on the form of packet-ins, and drops what
 * the switch says meanwhile: a flow that comes in these milliseconds is never told (ovs-ofctl 3.1.0). So it is asked by
 * `ofctl/send`, which it takes once it drops nothing any more, through a control socket that is gone after that.
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
  const child = spawn('ovs-ofctl', args, { signal });
  const over = new AbortController();
  const end = (): void => over.abort();
  child.exited.then(end, end);
  const ask = async (): Promise<void> => {
    try {
      await send(socket, request, clock, over.signal);
    } catch {
      await child.close();
    } finally {
      // The program removes it, too, but only when it ends.
      await rm(socket, { force: true });
    }
  };
  const asked = ask();
  const { lines, close, exited } = child;
  return { lines, close, ended: Promise.allSettled([exited, asked]) };
}

/**
 * Sends an OpenFlow message, in hexadecimal digits, through a program of Open vSwitch that may not listen on its control
 * socket yet. @throws OvsError `OFCTL`; what the signal was aborted with.
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

/** One JSON-RPC call, ovs-appctl(8). The program answers and waits for more: who called hangs up. */
async function call(socket: string, message: string): Promise<{ readonly error: string | null }> {
  const connection = createConnection(socket);
  const body = { id: 0, method: 'ofctl/send', params: [message] };
  connection.write(JSON.stringify(body));
  connection.once('data', () => connection.end());
  return JSON.parse(await text(connection)) as { readonly error: string | null };
}
