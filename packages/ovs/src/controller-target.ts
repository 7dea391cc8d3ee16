import { isIP } from 'node:net';
import { OvsError } from './error.ts';
import { parseNetworkTarget } from './ovsdb/target.ts';

/** The OpenFlow port assigned by IANA (ovs-vswitchd.conf.db(5), Controller, target). */
const openFlowPort = 6653;

/**
 * Parses the address of an OpenFlow controller: `tcp:HOST[:PORT]`, `ssl:HOST[:PORT]` or `unix:PATH`, with an IPv6
 * address in brackets. Returns the full form, which always has the scheme and the port.
 * @throws OvsError `BAD_TARGET`.
 */
export function parseTarget(text: string): string {
  if (/^unix:\S+$/.test(text)) return text;
  const parsed = parseNetworkTarget(text, openFlowPort);
  if (parsed === undefined) {
    throw new OvsError(
      'BAD_TARGET',
      `${JSON.stringify(text)} is not a controller address: use tcp:HOST:PORT, ssl:HOST:PORT or unix:PATH`,
      { target: text },
    );
  }
  const host = isIP(parsed.host) === 6 ? `[${parsed.host}]` : parsed.host;
  return `${parsed.kind}:${host}:${parsed.port}`;
}
