import { CommandError, type Run, run as runCommand } from '@dovesnap/command';
import { OvsError, type OvsErrorCode, saysNoBridge } from '../error.ts';
import type { Wait } from '../types.ts';
import { bridgeSocket } from './bridge-socket.ts';
import { type ConnectBridge, directSwitch } from './direct-switch.ts';
import { formatFlow, formatFlowFilter, parseFlow } from './flow.ts';
import type { Flow, FlowEdit, FlowFilter, FlowSpec, PacketOut } from './flow-types.ts';
import { localPort } from './local-port.ts';

/** Options for ovs-ofctl. */
export interface OfctlOptions {
  readonly run?: Run | undefined;
  /** Directory of the bridge sockets. Default: the directory built into ovs-ofctl, usually /run/openvswitch. */
  readonly rundir?: string | undefined;
  /** OpenFlow version. Default `OpenFlow13`, the version that Faucet uses. */
  readonly protocol?: string | undefined;
  /** How a bridge's management socket is reached without ovs-ofctl. Default: node:net. */
  readonly connect?: ConnectBridge | undefined;
}

/**
 * Access to the flows of bridges through ovs-ofctl(8). Every call may throw OvsError `OFCTL`, `BRIDGE_NOT_FOUND`,
 * `TIMEOUT`, `ABORTED`.
 *
 * Frames to send, and deletions whose filters match no more than `in_port`, `dl_vlan`, `dl_dst` and `out_port`, go to the
 * bridge's management socket without a program, as long as that socket is in `rundir` (default /run/openvswitch) and the
 * protocol is OpenFlow 1.3.
 */
export interface Ofctl {
  /** Returns the flows that the filter matches. Default: all flows. */
  dumpFlows(bridge: string, filter?: FlowFilter, wait?: Wait): Promise<readonly Flow[]>;
  addFlows(bridge: string, flows: readonly FlowSpec[], wait?: Wait): Promise<void>;
  /** Deletes the flows of each filter, one filter after another. */
  deleteFlows(bridge: string, filters: readonly FlowFilter[], wait?: Wait): Promise<void>;
  /** Replaces all flows of the bridge with these. */
  replaceFlows(bridge: string, flows: readonly FlowSpec[], wait?: Wait): Promise<void>;
  /** Applies all edits in order, or none of them, in one bundle. No packet sees a partial result. */
  editFlows(bridge: string, edits: readonly FlowEdit[], wait?: Wait): Promise<void>;
  /** Sends a frame through the bridge's flows, starting at table 0, as if it had arrived on this port. */
  packetOut(bridge: string, packet: PacketOut, wait?: Wait): Promise<void>;
  /** Returns the current port numbers of the switch, by port name. */
  portNumbers(bridge: string, wait?: Wait): Promise<ReadonlyMap<string, number>>;
  /** Returns the numbers of the bridge's meters. */
  meterIds(bridge: string, wait?: Wait): Promise<ReadonlySet<number>>;
  /**
   * Stops a port from receiving and sending frames: NO_RECV and NO_FWD of OpenFlow. Its link and its flows stay. The
   * block is lost when the switch restarts or the port's device is replaced.
   */
  blockPort(bridge: string, port: string, wait?: Wait): Promise<void>;
  /** Reverses {@link Ofctl.blockPort}. */
  unblockPort(bridge: string, port: string, wait?: Wait): Promise<void>;
  /** Returns the names of the ports that {@link Ofctl.blockPort} currently blocks on the switch. */
  blockedPorts(bridge: string, wait?: Wait): Promise<ReadonlySet<string>>;
}

const openFlow13 = 'OpenFlow13';

/** Creates an interface to ovs-ofctl. */
export function ofctl(options: OfctlOptions = {}): Ofctl {
  const { run = runCommand, rundir, protocol = openFlow13 } = options;
  const direct = protocol === openFlow13 ? directSwitch(rundir, options.connect) : undefined;
  const call = async (
    bridge: string,
    flags: readonly string[],
    command: readonly [string, ...string[]],
    wait: Wait & { readonly input?: string } = {},
  ): Promise<string> => {
    const [verb, ...rest] = command;
    const args = ['-O', protocol, ...flags, verb, bridgeSocket(bridge, rundir), ...rest];
    try {
      return (await run('ovs-ofctl', args, wait)).stdout;
    } catch (error) {
      throw toOvsError(bridge, verb, error);
    }
  };
  const editFlows: Ofctl['editFlows'] = async (bridge, edits, wait) => {
    if (edits.length === 0) return;
    const input = edits.map((edit) => `${formatEdit(edit)}\n`).join('');
    await call(bridge, ['--bundle'], ['add-flows', '-'], { ...wait, input });
  };
  /** mod-port accepts one change per run. The port is given by name, because OpenFlow 1.3 has no port number 65534. */
  const modPort = async (
    bridge: string,
    port: string,
    changes: readonly string[],
    wait: Wait | undefined,
  ): Promise<void> => {
    for (const change of changes) await call(bridge, [], ['mod-port', port, change], wait);
  };
  return {
    editFlows,
    dumpFlows: async (bridge, filter = {}, wait) => {
      const flags = ['--no-names', '--no-stats'];
      const printed = await call(bridge, flags, ['dump-flows', formatFlowFilter(filter)], wait);
      return flowLines(printed).map(parseFlow);
    },
    addFlows: (bridge, flows, wait) =>
      editFlows(
        bridge,
        flows.map((add) => ({ add })),
        wait,
      ),
    deleteFlows: async (bridge, filters, wait) => {
      if (filters.length === 0 || (await direct?.deleteFlows(bridge, filters, wait))) return;
      const edits = filters.map((filter) => ({ delete: filter }));
      await editFlows(bridge, edits, wait);
    },
    replaceFlows: (bridge, flows, wait) =>
      editFlows(bridge, [{ delete: {} }, ...flows.map((add) => ({ add }))], wait),
    packetOut: async (bridge, { inPort, packet }, wait) => {
      if (await direct?.packetOut(bridge, { inPort, packet }, wait)) return;
      const hex = Buffer.from(packet).toString('hex');
      const port = inPort === localPort ? 'LOCAL' : inPort;
      // `table` starts at the first flow table: controller() actions fire as for a frame from the wire.
      const text = `in_port=${port},packet=${hex},actions=table`;
      await call(bridge, [], ['packet-out', text], wait);
    },
    portNumbers: async (bridge, wait) => parsePortNumbers(await call(bridge, [], ['show'], wait)),
    meterIds: async (bridge, wait) => {
      const printed = await call(bridge, [], ['dump-meters'], wait);
      return new Set([...printed.matchAll(/^meter=(\d+) /gm)].map(([, id]) => Number(id)));
    },
    blockPort: (bridge, port, wait) => modPort(bridge, port, ['no-receive', 'no-forward'], wait),
    unblockPort: (bridge, port, wait) => modPort(bridge, port, ['forward', 'receive'], wait),
    blockedPorts: async (bridge, wait) => parseBlocked(await call(bridge, [], ['show'], wait)),
  };
}

function formatEdit(edit: FlowEdit): string {
  if ('add' in edit) return `add ${formatFlow(edit.add)}`;
  const verb = edit.delete.strict === true ? 'delete_strict' : 'delete';
  return `${verb} ${formatFlowFilter(edit.delete)}`;
}

function flowLines(printed: string): readonly string[] {
  return printed.split('\n').filter((line) => / ?actions=/.test(line));
}

/** Parses the ports in the output of `ovs-ofctl show`: ` 7(tap7): addr:...`, ` LOCAL(lab0): addr:...`. */
function parsePortNumbers(printed: string): ReadonlyMap<string, number> {
  const ports = [...printed.matchAll(/^ (\d+|LOCAL)\((.+)\): addr:/gm)];
  return new Map(
    ports.map(([, number = '', name = '']) => [
      name,
      number === 'LOCAL' ? localPort : Number(number),
    ]),
  );
}

/** The line of a port is followed by a line with its configuration: `     config:     NO_RECV NO_FWD`. */
function parseBlocked(printed: string): ReadonlySet<string> {
  const ports = [...printed.matchAll(/^ (?:\d+|LOCAL)\((.+)\): addr:.*\n +config: +(.*)$/gm)];
  const blocked = ports.filter(([, , config = '']) => {
    const words = config.split(' ');
    return words.includes('NO_RECV') && words.includes('NO_FWD');
  });
  return new Set(blocked.map(([, name = '']) => name));
}

function toOvsError(bridge: string, verb: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  const code = codeOf(error);
  return new OvsError(code, `ovs-ofctl ${verb} on bridge ${bridge} failed: ${error.message}`, {
    bridge,
    cause: error,
  });
}

function codeOf({ code, stderr }: CommandError): OvsErrorCode {
  if (code === 'TIMEOUT' || code === 'ABORTED') return code;
  return saysNoBridge(stderr) ? 'BRIDGE_NOT_FOUND' : 'OFCTL';
}
