import { formatCidr, parseCidr } from './address.ts';
import { addAddress, removeAddress } from './changes.ts';
import type { Change, Link } from './types.ts';

/**
 * Plans changes that give a link the wanted addresses (`10.9.0.1/24`). With `exact`, other addresses of global scope
 * are removed first; link-local addresses added by the kernel are always kept. With `nodad`, IPv6 addresses are added
 * without duplicate address detection. After the plan is applied, the next plan is empty.
 *
 * @throws NetnsError `BAD_VALUE`
 */
export function planAddresses(
  link: Link,
  wanted: readonly string[],
  options: { readonly exact?: boolean | undefined; readonly nodad?: boolean | undefined } = {},
): readonly Change[] {
  const wants = new Map(wanted.map((text) => [formatCidr(parseCidr(text)), parseCidr(text)]));
  const has = new Set(link.addresses.map(formatCidr));
  const extra = link.addresses.filter(
    (address) =>
      options.exact === true && address.scope === 'global' && !wants.has(formatCidr(address)),
  );
  const missing = [...wants].filter(([text]) => !has.has(text));
  return [
    ...extra.map((address) => removeAddress(link.name, formatCidr(address))),
    ...missing.map(([text, { family }]) =>
      addAddress(link.name, text, options.nodad && family === 'ipv6' ? { nodad: true } : {}),
    ),
  ];
}
