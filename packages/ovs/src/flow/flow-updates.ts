import { inPortOf, parseFlowLine } from './flow.ts';
import type { FlowChange } from './types.ts';

/** What a flow monitor tells. */
export type FlowMonitorEvent =
  | {
      readonly type: 'updates';
      readonly changes: readonly FlowChange[];
      /** The last part of the answer to the request: all that was there has been told. */
      readonly initialDone: boolean;
    }
  /** The output makes no sense (lines are missing, or it is of another ovs-ofctl), or the switch refused. Nothing is known any more. */
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
 * Reads what `ovs-ofctl -mmmm monitor BRIDGE` prints of a flow monitor, line by line. Each message comes as text, without priorities
 * (ovs-ofctl 3.1.0 leaves them out), and then as a hexadecimal dump, which has them: `struct nx_flow_update_full` of
 * OVS's include/openflow/nicira-ext.h, in a multipart reply of OpenFlow 1.3 with an experimenter header.
 */
export function flowMonitorReader(
  onEvent: (event: FlowMonitorEvent) => void,
): (line: string) => void {
  let open: OpenMessage | undefined;
  return (line) => {
    // Nothing else is asked on this connection.
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
 * Adds the bytes of a dump line, `00000010  4f 4e 46 00 00 00 07 4e-00 38 ... |ONF....N.8|`. False when the line is not
 * the next one.
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
