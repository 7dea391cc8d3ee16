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

function toOvsError(bridge: string, verb: string, error: unknown): unknown {
  if (!(error instanceof CommandError)) return error;
  const code = error.code === 'TIMEOUT' || error.code === 'ABORTED' ? error.code : 'OFCTL';
  return new OvsError(code, `ovs-ofctl ${verb} on bridge ${bridge} failed: ${error.message}`, {
    bridge,
    cause: error,
  });
}
