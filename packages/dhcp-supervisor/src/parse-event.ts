import { isIPv4 } from 'node:net';
import type { DhcpEvent, Lease } from './types.ts';

const mark = 'dhcp-event ';

/** Lease time that udhcpc assumes when the server sends none (busybox 1.35, `udhcpc_main`: one hour). */
const defaultLeaseSeconds = 3600;
/** Prefix length that busybox's example script assumes when the server sends no mask. */
const defaultPrefixLength = 24;

/**
 * Parses one line of the event script. Returns undefined for any other line and for events that this version does not
 * know. `now`, in milliseconds since the epoch, is the time when the line arrived. Pure.
 */
export function parseEvent(line: string, now: number): DhcpEvent | undefined {
  if (!line.startsWith(mark)) return undefined;
  const fields = readFields(line.slice(mark.length));
  const error = fields.get('error');
  if (error !== undefined) return { type: 'failed', reason: 'not-configured', detail: error };
  switch (fields.get('type')) {
    case 'deconfig':
      return { type: 'deconfigured' };
    case 'leasefail':
      return { type: 'failed', reason: 'no-lease' };
    case 'nak':
      return { type: 'failed', reason: 'nak' };
    case 'bound':
      return withLease('bound', fields, now);
    case 'renew':
      return withLease('renewed', fields, now);
    default:
      return undefined;
  }
}

function withLease(type: 'bound' | 'renewed', fields: Fields, now: number): DhcpEvent {
  const lease = readLease(fields, now);
  if (lease !== undefined) return { type, lease };
  const detail = [...fields].map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ');
  return { type: 'failed', reason: 'malformed', detail };
}

function readLease(fields: Fields, now: number): Lease | undefined {
  const address = fields.get('ip') ?? '';
  const prefixLength = readNumber(fields.get('mask'), 32) ?? defaultPrefixLength;
  const seconds = readNumber(fields.get('lease'), 0xffff_ffff) ?? defaultLeaseSeconds;
  if (!isIPv4(address)) return undefined;
  return {
    address,
    prefixLength,
    routers: readAddresses(fields.get('router')),
    dns: readAddresses(fields.get('dns')),
    domain: fields.get('domain'),
    server: readAddresses(fields.get('serverid'))[0],
    obtainedAt: now,
    expiresAt: now + seconds * 1000,
    mtu: readNumber(fields.get('mtu'), 65_535),
  };
}

type Fields = ReadonlyMap<string, string>;

/**
 * Parses the fields of a line. If a key appears twice, the first one counts. A value that does not consist of whole
 * hexadecimal bytes is ignored.
 */
function readFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const word of text.split(' ')) {
    const [, key, value] = /^([a-z]+)=((?:[0-9a-f]{2})+)$/.exec(word) ?? [];
    if (key === undefined || value === undefined || fields.has(key)) continue;
    fields.set(key, Buffer.from(value, 'hex').toString('utf8'));
  }
  return fields;
}

function readAddresses(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ').filter((word) => isIPv4(word));
}

function readNumber(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text) || Number(text) > most) return undefined;
  return Number(text);
}
