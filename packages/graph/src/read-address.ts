/** The default port of a daemon's status server. */
const defaultPort = '9401';

/** The address of a daemon's status server. */
export interface StatusAddress {
  /** The full address in readable form: `HOST:PORT`, or a URL without a trailing slash. */
  readonly text: string;
  /** The base URL that page paths are appended to. */
  readonly base: string;
}

/**
 * Parses `HOST`, `HOST:PORT` (with an IPv6 address in brackets) or an `http:` or `https:` URL, which may be that of the
 * topology itself. Returns undefined for anything else.
 */
export function readAddress(address: string): StatusAddress | undefined {
  if (/^https?:/i.test(address)) return readUrl(address);
  const match = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(address);
  const port = match?.[2] ?? defaultPort;
  if (match === null || Number(port) < 1 || Number(port) > 65_535) return undefined;
  const text = `${match[1]}:${port}`;
  return { text, base: `http://${text}` };
}

function readUrl(address: string): StatusAddress | undefined {
  if (!URL.canParse(address)) return undefined;
  const { origin, pathname, username, password } = new URL(address);
  // `fetch` refuses a URL that contains a password; the status server does not ask for one.
  if (username !== '' || password !== '') return undefined;
  const base = `${origin}${pathname}`.replace(/\/(?:topology\.json)?$/, '');
  return { text: base, base };
}
