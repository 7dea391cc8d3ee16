import type { AclChoice } from './network.ts';
import { commaList } from './words.ts';

/** What an ACL option or label may be, for a sentence. */
export const ACL_CHOICE_WORDS = 'ACL, ACL,ACL2, or NETWORK:ACL/NETWORK2:ACL2';

/** Nothing given, for any network. */
export const NO_ACLS: AclChoice = { everywhere: undefined, byNetwork: new Map() };

/**
 * Reads a value for all networks or per network; a part without a network's name is for the networks that are not
 * named; an empty value says nothing of any. Undefined when it is malformed.
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
      // Docker's own rule for names (moby, daemon/names): what cannot be a network is a mistake, not a network to come.
      if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(network) || byNetwork.has(network)) return undefined;
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

/** Reads an ACL option or label; undefined when it is malformed, {@link NO_ACLS} when it is empty. */
export function parseAclChoice(text: string): AclChoice | undefined {
  return parseByNetwork(text, parseAclList);
}

/** The ACLs chosen for a network, in order; undefined when the choice leaves that network alone. */
export function aclsFor(choice: AclChoice, networkName: string): readonly string[] | undefined {
  return choice.byNetwork.get(networkName) ?? choice.everywhere;
}

/** Every ACL that a choice names, for whichever network. */
export function namedAcls(choice: AclChoice): readonly string[] {
  return [...(choice.everywhere ?? []), ...[...choice.byNetwork.values()].flat()];
}

/** Writes a choice the way it is read. */
export function formatAclChoice(choice: AclChoice): string {
  const named = [...choice.byNetwork].map(([network, acls]) => `${network}:${acls.join(',')}`);
  return [...(choice.everywhere === undefined ? [] : [choice.everywhere.join(',')]), ...named].join(
    '/',
  );
}
