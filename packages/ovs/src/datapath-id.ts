import { OvsError } from './error.ts';

const largest = 0xffff_ffff_ffff_ffffn;

/**
 * Parses a datapath id: `0x` and hexadecimal digits, exactly 16 hexadecimal digits (the OVS format), or a decimal
 * number. Sixteen digits are always read as hexadecimal.
 * @throws OvsError `BAD_DPID` when the text has none of these forms or the id is not in 1 to 2^64-1.
 */
export function parseDatapathId(text: string): bigint {
  const hex = /^(?:0[xX]([0-9A-Fa-f]{1,16})|([0-9A-Fa-f]{16}))$/.exec(text);
  const digits = hex?.[1] ?? hex?.[2];
  if (digits !== undefined) return inRange(text, BigInt(`0x${digits}`));
  if (/^[0-9]{1,20}$/.test(text)) return inRange(text, BigInt(text));
  throw refused(text);
}

/**
 * Formats a datapath id as OVS does: 16 hexadecimal digits.
 * @throws OvsError `BAD_DPID` when the id is not in 1 to 2^64-1.
 */
export function formatDatapathId(id: bigint): string {
  return inRange(String(id), id).toString(16).padStart(16, '0');
}

function inRange(text: string, id: bigint): bigint {
  if (id < 1n || id > largest) throw refused(text);
  return id;
}

function refused(text: string): OvsError {
  return new OvsError(
    'BAD_DPID',
    `${JSON.stringify(text)} is not a datapath id: use 0x1, 0000000000000001 or 1, up to 2^64-1`,
  );
}
