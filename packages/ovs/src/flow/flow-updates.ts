import { inPortOf, parseFlowLine } from './flow.ts';
import type { FlowChange } from './flow-types.ts';

/** An event from a flow monitor. */
export type FlowMonitorEvent =
  | {
      readonly type: 'updates';
      readonly changes: readonly FlowChange[];
      /** Whether this is the last part of the answer to the request, so that all present flows are known. */
      readonly initialDone: boolean;
    }
  /**
   * The output cannot be parsed (lines are missing, or another version of ovs-ofctl wrote it), or the switch refused
   * the request. The known flows are no longer valid.
   */
  | { readonly type: 'broken' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' };

interface OpenMessage {
  readonly initial: boolean;
  readonly lines: string[];
  readonly bytes: number[];
}

const headerLength = 24;
const typeAdded = 0;
const typeAbbreviated = 3;

/**
 * Creates a line parser for the output of `ovs-ofctl -mmmm monitor BRIDGE` on a flow monitor. Each message appears
 * first as text, without priorities (ovs-ofctl 3.1.0 omits them), and then as a hexadecimal dump, which contains them:
 * `struct nx_flow_update_full` of OVS's include/openflow/nicira-ext.h, in a multipart reply of OpenFlow 1.3 with an
 * experimenter header.
 */
export function flowMonitorReader(
  onEvent: (event: FlowMonitorEvent) => void,
): (line: string) => void {
  let open: OpenMessage | undefined;
  return (line) => {
    // This connection carries no other request.
    if (line.startsWith('OFPT_ERROR')) return onEvent({ type: 'broken' });
    const header = /^\S*FLOW_MONITOR(\S*) ?(reply)?.*\(xid=(0x[0-9a-f]+)\)/.exec(line);
    if (header !== null) {
      if (open !== undefined) onEvent({ type: 'broken' });
      open = undefined;
      if (header[1] === '_PAUSED') onEvent({ type: 'paused' });
      else if (header[1] === '_RESUMED') onEvent({ type: 'resumed' });
      else if (header[2] === 'reply') {
        open = { initial: header[3] !== '0x0', lines: [], bytes: [] };
      }
      return;
    }
    if (open === undefined) return;
    if (line.startsWith(' event=')) open.lines.push(line);
    else if (!addDump(open.bytes, line)) {
      open = undefined;
      onEvent({ type: 'broken' });
    } else if (isComplete(open.bytes)) {
      onEvent(readMessage(open));
      open = undefined;
    }
  };
}

/**
 * Adds the bytes of a dump line, `00000010  4f 4e 46 00 00 00 07 4e-00 38 ... |ONF....N.8|`. Returns false when the
 * line is not the next line of the dump.
 */
function addDump(bytes: number[], line: string): boolean {
  if (!/^[0-9a-f]{8} {2}/.test(line)) return false;
  if (Number.parseInt(line.slice(0, 8), 16) !== bytes.length) return false;
  const hex = line.slice(10, 57).matchAll(/[0-9a-f]{2}/g);
  for (const [byte] of hex) bytes.push(Number.parseInt(byte, 16));
  return true;
}

function isComplete(bytes: readonly number[]): boolean {
  return bytes.length >= 4 && bytes.length >= readUint16(bytes, 2);
}

function readUint16(bytes: readonly number[], offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

function readMessage({ initial, lines, bytes }: OpenMessage): FlowMonitorEvent {
  const changes: FlowChange[] = [];
  let offset = headerLength;
  for (const line of lines) {
    const isFull = readUint16(bytes, offset + 2) !== typeAbbreviated;
    if (isFull) changes.push(readChange(line, bytes, offset));
    offset += readUint16(bytes, offset);
  }
  if (offset !== readUint16(bytes, 2)) return { type: 'broken' };
  const more = (readUint16(bytes, 10) & 1) === 1;
  return { type: 'updates', changes, initialDone: initial && !more };
}

function readChange(line: string, bytes: readonly number[], offset: number): FlowChange {
  const { fields, match, actions } = parseFlowLine(line);
  const event = readUint16(bytes, offset + 2);
  return {
    event: event === typeAdded ? 'ADDED' : event === 1 ? 'DELETED' : 'MODIFIED',
    inPort: inPortOf(match),
    flow: {
      table: Number(fields.get('table')),
      priority: readUint16(bytes, offset + 6),
      cookie: BigInt(fields.get('cookie') ?? 0),
      match,
      actions,
    },
  };
}
