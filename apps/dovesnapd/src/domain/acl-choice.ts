import type { AclChoice } from './network.ts';
import { commaList } from './words.ts';

/** What an ACL option or label accepts, for use in a sentence. */
export const ACL_CHOICE_WORDS = 'ACL, ACL,ACL2, or NETWORK:ACL/NETWORK2:ACL2';

/** No ACLs given, for any network. */
export const NO_ACLS: AclChoice = { everywhere: undefined, byNetwork: new Map() };

/** Returns whether a network can be named in a value per network. Docker's own rule for names (moby, daemon/names). */
export function isWritableNetworkName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name);
}

/**
 * Parses a value for all networks or per network. A part without a network name applies to all networks that are not
 * named. An empty value sets nothing. Undefined if the text is malformed.
 */
export function parseByNetwork<Value>(
  text: string,
  parse: (value: string) => Value | undefined,
): { everywhere: Value | undefined; byNetwork: Map<string, Value> } | undefined {
  let everywhere: Value | undefined;
  const byNetwork = new Map<string, Value>();
  for (const part of text === '' ? [] : text.split('/')) {
    const colon = part.indexOf(':');
    const network = colon === -1 ? undefined : part.slice(0, colon).trim();
    const value = parse(part.slice(colon + 1));
    if (value === undefined) return undefined;
    if (network === undefined) {
      if (everywhere !== undefined) return undefined;
      everywhere = value;
    } else {
      // A name that no network can have is a mistake, not a network that will be created later.
      if (!isWritableNetworkName(network) || byNetwork.has(network)) return undefined;
      byNetwork.set(network, value);
    }
  }
  return { everywhere, byNetwork };
}

function parseAclList(text: string): readonly string[] | undefined {
  const names = commaList(text);
  const good = names.every((name) => name !== '' && !/[:\p{C}\p{Zl}\p{Zp}]/u.test(name));
  return good ? [...new Set(names)] : undefined;
}

/** Parses an ACL option or label. Undefined if it is malformed, {@link NO_ACLS} if it is empty. */
export function parseAclChoice(text: string): AclChoice | undefined {
  return parseByNetwork(text, parseAclList);
}

/** Returns the ACLs chosen for a network, in order. Undefined if the choice does not cover the network. */
export function aclsFor(choice: AclChoice, networkName: string): readonly string[] | undefined {
  return choice.byNetwork.get(networkName) ?? choice.everywhere;
}

/** Returns every ACL that a choice names, for any network. */
export function namedAcls(choice: AclChoice): readonly string[] {
  return [...(choice.everywhere ?? []), ...[...choice.byNetwork.values()].flat()];
}

/** Formats a choice so that it can be parsed again. */
export function formatAclChoice(choice: AclChoice): string {
  const named = [...choice.byNetwork].map(([network, acls]) => `${network}:${acls.join(',')}`);
  return [...(choice.everywhere === undefined ? [] : [choice.everywhere.join(',')]), ...named].join(
    '/',
  );
}
