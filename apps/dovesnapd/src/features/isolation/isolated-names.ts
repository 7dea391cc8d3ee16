/** Prefix of the names of ACLs that are derived from others, for networks that isolate their containers. */
const isolatedStart = 'dovesnap-isolated-';

/**
 * Returns the name of the ACL that is derived from an operator's ACL for an isolated network. Without an ACL, the name
 * of the one that precedes all of them.
 */
export function isolatedAcl(networkId: string, acl?: string): string {
  return `${isolatedStart}${networkId.slice(0, 12)}${acl === undefined ? '' : `-${acl}`}`;
}

/** Returns whether {@link isolatedAcl} creates this name, for any network. */
export function isIsolatedAcl(name: string): boolean {
  return name.startsWith(isolatedStart);
}
