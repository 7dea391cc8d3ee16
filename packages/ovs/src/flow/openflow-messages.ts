import type { FlowFilter, PacketOut } from './flow-types.ts';
import { localPort } from './local-port.ts';

/** OpenFlow 1.3.5: the version field of every message. */
const version = 4;

/** Message types, OpenFlow 1.3.5, section 7.1. */
export const messageType = {
  hello: 0,
  error: 1,
  echoRequest: 2,
  echoReply: 3,
  packetOut: 13,
  flowMod: 14,
  barrierRequest: 20,
  barrierReply: 21,
} as const;

/** Reserved port numbers, section 7.2.1. */
const port = { table: 0xffff_fff9, local: 0xffff_fffe, any: 0xffff_ffff } as const;

const anyGroup = 0xffff_ffff;
const allTables = 0xff;
const noBuffer = 0xffff_ffff;
const deleteCommand = 3;
const allBits = 0xffff_ffff_ffff_ffffn;

/** Length of the header of a message, bytes: version, type, length, transaction id. */
const headerLength = 8;

/** One message. */
export interface Message {
  readonly type: number;
  /** Transaction id: an answer carries that of its request. */
  readonly xid: number;
  readonly body: Buffer;
}

/** Encodes a message. */
export function encodeMessage({ type, xid, body }: Message): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt8(version, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(headerLength + body.length, 2);
  header.writeUInt32BE(xid, 4);
  return Buffer.concat([header, body]);
}

/** Splits what has been received into whole messages and the rest. */
export function decodeMessages(received: Buffer): {
  readonly messages: readonly Message[];
  readonly rest: Buffer;
} {
  const messages: Message[] = [];
  let rest = received;
  while (rest.length >= headerLength) {
    const length = Math.max(headerLength, rest.readUInt16BE(2));
    if (rest.length < length) break;
    const body = rest.subarray(headerLength, length);
    messages.push({ type: rest.readUInt8(1), xid: rest.readUInt32BE(4), body });
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

/** The body of OFPT_PACKET_OUT: sends a frame through the flows, from table 0 (sections 7.3.7 and 7.2.5). */
export function packetOutBody({ inPort, packet }: PacketOut): Buffer {
  const fixed = Buffer.alloc(32);
  fixed.writeUInt32BE(noBuffer, 0);
  fixed.writeUInt32BE(toPort13(inPort), 4);
  // One action of 16 bytes: output to the flow tables.
  fixed.writeUInt16BE(16, 8);
  fixed.writeUInt16BE(0, 16);
  fixed.writeUInt16BE(16, 18);
  fixed.writeUInt32BE(port.table, 20);
  return Buffer.concat([fixed, packet]);
}

/**
 * The body of OFPT_FLOW_MOD that deletes the flows of a filter (section 7.3.4.2). Undefined when the filter needs more
 * than is encoded here: a strict one, or one with a match on other fields than `in_port`, `dl_vlan`, `dl_dst` and
 * `out_port`.
 */
export function deleteFlowsBody(filter: FlowFilter): Buffer | undefined {
  const fields = matchFields(filter.match ?? '');
  if (filter.strict === true || fields === undefined) return undefined;
  const fixed = Buffer.alloc(40);
  if (filter.cookie !== undefined) {
    fixed.writeBigUInt64BE(filter.cookie, 0);
    fixed.writeBigUInt64BE(allBits, 8);
  }
  fixed.writeUInt8(filter.table ?? allTables, 16);
  fixed.writeUInt8(deleteCommand, 17);
  fixed.writeUInt32BE(noBuffer, 24);
  fixed.writeUInt32BE(fields.outPort ?? port.any, 28);
  fixed.writeUInt32BE(anyGroup, 32);
  return Buffer.concat([fixed, encodeMatch(fields.oxms)]);
}

interface MatchFields {
  readonly oxms: readonly Buffer[];
  readonly outPort: number | undefined;
}

/** Undefined for what is not encoded here. */
function matchFields(match: string): MatchFields | undefined {
  const oxms: Buffer[] = [];
  let outPort: number | undefined;
  for (const token of match === '' ? [] : match.split(',')) {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(token) ?? [];
    if (name === 'out_port' && /^\d+$/.test(value)) outPort = toPort13(Number(value));
    else {
      const oxm = encodeField(name, value);
      if (oxm === undefined) return undefined;
      oxms.push(oxm);
    }
  }
  return { oxms, outPort };
}

/** A field in OXM form, class OFPXMC_OPENFLOW_BASIC (section 7.2.3.7). */
function encodeField(name: string, value: string): Buffer | undefined {
  if (name === 'in_port' && /^\d+$/.test(value)) return oxm(0, uint32(toPort13(Number(value))));
  // OFPVID_PRESENT: only tagged frames.
  if (name === 'dl_vlan' && /^\d{1,4}$/.test(value)) return oxm(6, uint16(0x1000 | Number(value)));
  if (name === 'dl_dst' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value)) {
    return oxm(3, Buffer.from(value.replaceAll(':', ''), 'hex'));
  }
  return undefined;
}

function oxm(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80, 0x00, field << 1, value.length]), value]);
}

/** `struct ofp_match`: its length does not count the padding to eight bytes (section 7.2.3.1). */
function encodeMatch(oxms: readonly Buffer[]): Buffer {
  const fields = Buffer.concat(oxms);
  const length = 4 + fields.length;
  const padding = Buffer.alloc((8 - (length % 8)) % 8);
  return Buffer.concat([uint16(1), uint16(length), fields, padding]);
}

/** The database numbers the local port as OpenFlow 1.0 does. */
function toPort13(ofPort: number): number {
  return ofPort === localPort ? port.local : ofPort;
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
