import { CommandError, type Run, run as runCommand } from '@dovesnap/command';
import { OvsError } from '../error.ts';
import type { Wait } from '../types.ts';
import { bridgeSocket } from './bridge-socket.ts';
import { formatFlow, formatFlowFilter, localPort, parseFlow } from './flow.ts';
import type { Flow, FlowEdit, FlowFilter, FlowSpec, PacketOut } from './types.ts';

/** How ovs-ofctl is run. */
export interface OfctlOptions {
  readonly run?: Run | undefined;
  /** Where the sockets of the bridges are. Default: where ovs-ofctl was built to look, usually /run/openvswitch. */
  readonly rundir?: string | undefined;
  /** OpenFlow version to speak. Default `OpenFlow13`, the one that Faucet speaks. */
  readonly protocol?: string | undefined;
}

/** The flows of bridges, through ovs-ofctl(8). Every call may throw OvsError `OFCTL`, `TIMEOUT`, `ABORTED`. */
export interface Ofctl {
  /** The flows that a match covers. Default: all. */
  dumpFlows(bridge: string, filter?: FlowFilter, wait?: Wait): Promise<readonly Flow[]>;
  addFlows(bridge: string, flows: readonly FlowSpec[], wait?: Wait): Promise<void>;
  deleteFlows(bridge: string, filters: readonly FlowFilter[], wait?: Wait): Promise<void>;
  /** Makes these the only flows of the bridge. */
  replaceFlows(bridge: string, flows: readonly FlowSpec[], wait?: Wait): Promise<void>;
  /** Does all edits, in order, or none: one bundle. No packet sees a part of them. */
  editFlows(bridge: string, edits: readonly FlowEdit[], wait?: Wait): Promise<void>;
  /** Sends a frame through the bridge's flows from table 0 on, as if it had come in on that port. */
  packetOut(bridge: string, packet: PacketOut, wait?: Wait): Promise<void>;
  /** Port names and their numbers, as the switch has them now. */
  portNumbers(bridge: string, wait?: Wait): Promise<ReadonlyMap<string, number>>;
  /** The numbers of the meters that the bridge has. */
  meterIds(bridge: string, wait?: Wait): Promise<ReadonlySet<number>>;
  /**
   * Takes nothing in from a port any more, and sends nothing out through it: OpenFlow's NO_RECV and NO_FWD. Its link and
   * its flows stay. The switch forgets it when it is started anew, and when the port's device is.
   */
  blockPort(bridge: string, port: string, wait?: Wait): Promise<void>;
  /** The opposite of {@link Ofctl.blockPort}. */
  unblockPort(bridge: string, port: string, wait?: Wait): Promise<void>;
  /** Names of the ports that {@link Ofctl.blockPort} holds for, as the switch has it now. */
  blockedPorts(bridge: string, wait?: Wait): Promise<ReadonlySet<string>>;
}

/** Drives ovs-ofctl. */
export function ofctl(options: OfctlOptions = {}): Ofctl {
  const { run = runCommand, rundir, protocol = 'OpenFlow13' } = options;
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
  /** One change a run is all that mod-port takes; by name, because OpenFlow 1.3 has no port of the number 65534. */
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
    deleteFlows: (bridge, filters, wait) =>
      editFlows(
        bridge,
        filters.map((filter) => ({ delete: filter })),
        wait,
      ),
    replaceFlows: (bridge, flows, wait) =>
      editFlows(bridge, [{ delete: {} }, ...flows.map((add) => ({ add }))], wait),
    packetOut: async (bridge, { inPort, packet }, wait) => {
      const hex = Buffer.from(packet).toString('hex');
      const port = inPort === localPort ? 'LOCAL' : inPort;
      // `table` is the flow table from its start: controller() actions fire as for a frame from the wire.
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

/** Reads the ports out of `ovs-ofctl show`: ` 7(tap7): addr:...`, ` LOCAL(lab0): addr:...`. */
function parsePortNumbers(printed: string): ReadonlyMap<string, number> {
  const ports = [...printed.matchAll(/^ (\d+|LOCAL)\((.+)\): addr:/gm)];
  return new Map(
    ports.map(([, number = '', name = '']) => [
      name,
      number === 'LOCAL' ? localPort : Number(number),
    ]),
  );
}

/** The line on a port is followed by one on its configuration: `     config:     NO_RECV NO_FWD`. */
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
  const code = error.code === 'TIMEOUT' || error.code === 'ABORTED' ? error.code : 'OFCTL';
  return new OvsError(code, `ovs-ofctl ${verb} on bridge ${bridge} failed: ${error.message}`, {
    bridge,
    cause: error,
  });
}
