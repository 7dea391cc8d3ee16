import { createHash } from 'node:crypto';
import { NetnsError } from './error.ts';

/** IFNAMSIZ of the kernel, less the terminating zero (linux/if.h). */
const maxLength = 15;

/**
 * Returns whether every tool accepts this link name: 1 to 15 letters, digits and `_.=,~^+-`; not `.` or `..`, and not
 * beginning with `-`. The kernel (dev_valid_name) accepts more characters, but `ip -batch`, nft and sysctl interpret
 * some of them.
 */
export function isLinkName(text: string): boolean {
  return /^(?!-|\.{1,2}$)[A-Za-z0-9_.=,~^+-]{1,15}$/.test(text);
}

/**
 * Returns a link name for a prefix and identifying parts. It is deterministic: the prefix, then as many hexadecimal
 * digits of a hash of the parts as fit in 15 characters.
 *
 * @throws NetnsError `BAD_VALUE` when the prefix leaves fewer than 8 digits or cannot start a valid name.
 */
export function linkName(prefix: string, ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const name = prefix + digest.slice(0, Math.max(0, maxLength - prefix.length));
  if (maxLength - prefix.length >= 8 && isLinkName(name)) return name;
  throw new NetnsError('BAD_VALUE', `not a prefix of a link name: ${JSON.stringify(prefix)}`);
}

/**
 * Returns the name if it is valid.
 * @throws NetnsError `BAD_VALUE`
 */
export function requireLinkName(text: string): string {
  if (isLinkName(text)) return text;
  throw new NetnsError('BAD_VALUE', `not a link name: ${JSON.stringify(text)}`);
}
