import { createHash } from 'node:crypto';
import { NetnsError } from './error.ts';

/** The kernel's IFNAMSIZ less the closing zero (linux/if.h). */
const maxLength = 15;

/**
 * Says whether a link can have this name with every tool: 1 to 15 letters, digits and `_.=,~^+-`, not `.`, `..` or
 * beginning with `-`. The kernel (dev_valid_name) would take more, but `ip -batch`, nft and sysctl read some of those
 * characters as something else.
 */
export function isLinkName(text: string): boolean {
  return /^(?!-|\.{1,2}$)[A-Za-z0-9_.=,~^+-]{1,15}$/.test(text);
}

/**
 * Makes a link name from a prefix and the parts that tell it apart, always the same for the same parts: prefix and as
 * many hex digits of a hash over the parts as fit, 15 characters in all.
 *
 * @throws NetnsError `BAD_VALUE` when the prefix leaves fewer than 8 digits or is not part of a valid name.
 */
export function linkName(prefix: string, ...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const name = prefix + digest.slice(0, Math.max(0, maxLength - prefix.length));
  if (maxLength - prefix.length >= 8 && isLinkName(name)) return name;
  throw new NetnsError('BAD_VALUE', `not a prefix of a link name: ${JSON.stringify(prefix)}`);
}

/** Returns the name, or throws. @throws NetnsError `BAD_VALUE` */
export function requireLinkName(text: string): string {
  if (isLinkName(text)) return text;
  throw new NetnsError('BAD_VALUE', `not a link name: ${JSON.stringify(text)}`);
}
