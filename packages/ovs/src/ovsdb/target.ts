import { OvsError } from '../error.ts';

/** The parsed address of an OVSDB server. */
export type OvsdbTarget =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number };

/** The OVSDB port assigned by IANA (RFC 7047, section 6). */
const defaultPort = 6640;

/**
 * Parses `unix:PATH`, `tcp:HOST[:PORT]` or `ssl:HOST[:PORT]`, with an IPv6 address in brackets.
 * @throws OvsError `BAD_TARGET`.
 */
export function parseOvsdbTarget(text: string): OvsdbTarget {
  const unix = /^unix:(.+)$/.exec(text);
  if (unix?.[1] !== undefined) return { kind: 'unix', path: unix[1] };
  const network = parseNetworkTarget(text, defaultPort);
  if (network !== undefined) return network;
  throw new OvsError(
    'BAD_TARGET',
    `${JSON.stringify(text)} is not a database address: use unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT`,
    { target: text },
  );
}

/** Parses `tcp:HOST[:PORT]` and `ssl:HOST[:PORT]`. Returns undefined for any other form. */
export function parseNetworkTarget(
  text: string,
  portWithout: number,
): { kind: 'tcp' | 'ssl'; host: string; port: number } | undefined {
  const match = /^(tcp|ssl):(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const port = match[4] === undefined ? portWithout : Number(match[4]);
  if (port < 1 || port > 65535) return undefined;
  return { kind: match[1] === 'ssl' ? 'ssl' : 'tcp', host: match[2] ?? match[3] ?? '', port };
}
