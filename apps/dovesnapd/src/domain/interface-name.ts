// `all` and `default` are folders next to the interfaces in /proc/sys/net. The others belong to Open vSwitch and the
// kernel.
const RESERVED: ReadonlySet<string> = new Set(['all', 'default', 'lo', 'ovs-system', 'ovs-netdev']);

/** What an interface name may be, for use in a sentence. */
export const INTERFACE_NAME_WORDS =
  'an interface name of 1 to 15 letters, digits, dots, dashes or underscores that starts with a letter or digit';

/**
 * Returns whether a new interface may have this name. Stricter than the kernel (dev_valid_name, net/core/dev.c: 15
 * bytes, no slash, colon or white space), because tools that take names on a command line must not receive an option or
 * a wildcard.
 */
export function isInterfaceName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(text) && !RESERVED.has(text);
}
