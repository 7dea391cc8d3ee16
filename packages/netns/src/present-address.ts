import { parseAddress, parseCidr } from './address.ts';
import type { Change, Link, LinkAddress } from './types.ts';

type AddAddress = Extract<Change, { kind: 'add-address' }>;

/** Returns the existing address that equals the one to add, including prefix length and peer. */
export function findAddress(link: Link, change: AddAddress): LinkAddress | undefined {
  const { address, prefixLength } = parseCidr(change.address);
  const peer = change.peer === undefined ? undefined : parseAddress(change.peer).address;
  return link.addresses.find(
    (found) =>
      found.address === address &&
      found.prefixLength === prefixLength &&
      (peer === undefined || found.peer === peer),
  );
}

/**
 * Returns whether the change requires something that the kernel does not change on an existing address
 * (`inet_rtm_newaddr`, 6.1).
 */
export function differsOnAddress(found: LinkAddress, change: AddAddress): boolean {
  if (found.family === 'ipv6') return false;
  const { broadcast, label, scope, noPrefixRoute } = change;
  return (
    (broadcast !== undefined && parseAddress(broadcast).address !== found.broadcast) ||
    (label !== undefined && label !== found.label) ||
    (scope !== undefined && scope !== found.scope) ||
    (noPrefixRoute !== undefined && noPrefixRoute !== (found.noPrefixRoute ?? false))
  );
}

/**
 * Returns the change that turns an existing address into the wanted one, or undefined when it already matches.
 * Lifetimes count down: a wanted lifetime starts again, and any other lifetime is removed. Other settings of the
 * address are repeated in the change, because the kernel would remove them otherwise.
 */
export function renewAddress(found: LinkAddress, change: AddAddress): AddAddress | undefined {
  const { metric = found.metric, noPrefixRoute = found.noPrefixRoute } = change;
  const lifetimes = [change, found].flatMap((one) => [one.validLifetime, one.preferredLifetime]);
  const isSo =
    lifetimes.every((seconds) => seconds === undefined) &&
    metric === found.metric &&
    (noPrefixRoute ?? false) === (found.noPrefixRoute ?? false);
  if (isSo) return undefined;
  const { kind, link, address, nodad, validLifetime, preferredLifetime } = change;
  const { peer } = found;
  return {
    kind,
    link,
    address,
    peer,
    metric,
    noPrefixRoute,
    nodad,
    validLifetime,
    preferredLifetime,
  };
}
