/**
 * Returns the name of an ACL of ours that a feature makes for a network: from another ACL, or, without one, from none.
 * `how`: lower-case letters, digits and underscores that say what has been made of it.
 */
export function derivedAcl(how: string, networkId: string, acl?: string): string {
  return `dovesnap-${how}-${networkId.slice(0, 12)}${acl === undefined ? '' : `-${acl}`}`;
}

/** Parses a name from {@link derivedAcl}. */
export function parseDerivedAcl(
  name: string,
):
  | { readonly how: string; readonly networkIdStart: string; readonly acl: string | undefined }
  | undefined {
  const [, how, networkIdStart, acl] =
    /^dovesnap-([a-z0-9_]+)-([0-9a-f]{12})(?:-(.*))?$/s.exec(name) ?? [];
  if (how === undefined || networkIdStart === undefined) return undefined;
  return { how, networkIdStart, acl };
}

/** Returns the operator's ACL that an ACL is made from, itself if it is his. Undefined if it is made from none. */
export function aclBehind(name: string): string | undefined {
  const derived = parseDerivedAcl(name);
  if (derived === undefined) return name;
  return derived.acl === undefined ? undefined : aclBehind(derived.acl);
}
