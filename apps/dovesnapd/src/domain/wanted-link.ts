import { DovesnapError } from './error.ts';
import { quoted } from './words.ts';

/** Key of the requested name of a container's interface (`interface_name` in a Compose file; engines from 28 on). */
const key = 'com.docker.network.endpoint.ifname';

/** The kernel's IFNAMSIZ without the terminating zero (linux/if.h). */
const maxBytes = 15;

/** `lo` already exists. The others are folders next to the interfaces in /proc/sys/net, and the kernel refuses them. */
const taken: ReadonlySet<string> = new Set(['.', '..', 'lo', 'all', 'default']);

/**
 * Returns the interface name that an endpoint requests. Undefined if it requests none. A name is accepted if the kernel
 * accepts it unchanged (dev_valid_name and dev_get_valid_name, net/core/dev.c: `%` makes a name a pattern, and white
 * space is defined by the kernel's own isspace, which includes the byte 0xa0).
 *
 * @throws DovesnapError `BAD_OPTION`.
 */
export function wantedLinkOf(options: Readonly<Record<string, unknown>>): string | undefined {
  const name = options[key];
  if (name === undefined || name === '') return undefined;
  if (typeof name === 'string' && isPossible(name)) return name;
  const accepted = `a name of 1 to ${maxBytes} bytes without white space, "/", ":" or "%" other than ${[...taken].join(' ')}`;
  throw new DovesnapError(
    'BAD_OPTION',
    `option ${key} cannot be ${quoted(name)}: accepted is ${accepted}`,
  );
}

function isPossible(name: string): boolean {
  const bytes = Buffer.from(name, 'utf8');
  return bytes.length <= maxBytes && !taken.has(name) && !bytes.some(isRefused);
}

function isRefused(byte: number): boolean {
  const isSpace = byte === 0x20 || byte === 0xa0 || (byte >= 0x09 && byte <= 0x0d);
  return isSpace || byte === 0 || '/:%'.includes(String.fromCharCode(byte));
}
