const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Splits a byte stream of JSON objects without separators (RFC 7047, section 4) into texts. Each byte is examined once,
 * however the stream is split. UTF-8 needs no special handling, because no byte of a multi-byte character equals an
 * ASCII byte.
 */
export function jsonFramer(onText: (text: string) => void): (chunk: Uint8Array) => void {
  let parts: Uint8Array[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;

  const finish = (last: Uint8Array): void => {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    onText(Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8'));
  };

  return (chunk) => {
    let start = 0;
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) {
        depth--;
        if (depth <= 0) {
          depth = 0;
          finish(chunk.subarray(start, index + 1));
          start = index + 1;
        }
      }
    }
    if (start < chunk.length && depth > 0) parts.push(chunk.subarray(start));
  };
}
