import type { StringMap } from '@dovesnap/ovs';
import { ACL_CHOICE_WORDS, aclsFor, parseAclChoice } from './acl-choice.ts';
import { BOOLEAN_WORDS, parseBoolean, parseWhole, quoted } from './words.ts';

/** Keys of an Interface row's `external_ids` by which an operator gives a port of his own its policy. */
const key = {
  acl: 'dovesnap.faucet.portacl',
  mirror: 'dovesnap.faucet.mirror',
  vlan: 'dovesnap.vlan',
} as const;

/** What a row asks for. */
export interface PortPolicy {
  /** undefined: everything may pass. */
  readonly acls: readonly string[] | undefined;
  /** undefined: the network's. */
  readonly vlan: number | undefined;
  readonly mirror: boolean;
}

/** Reads the policy of a port that others added; a sentence when it cannot be read: such a port stays closed. */
export function parsePortPolicy(ids: StringMap, networkName: string): PortPolicy | string {
  const [acl = '', vlan = '', mirror = ''] = [ids[key.acl], ids[key.vlan], ids[key.mirror]];
  const choice = parseAclChoice(acl);
  if (choice === undefined) return refusal(key.acl, acl, ACL_CHOICE_WORDS);
  const vid = parseWhole(vlan, 1, 4094);
  if (vlan !== '' && vid === undefined) {
    return refusal(key.vlan, vlan, 'a whole number from 1 to 4094');
  }
  const mirrored = mirror === '' ? false : parseBoolean(mirror);
  if (mirrored === undefined) return refusal(key.mirror, mirror, BOOLEAN_WORDS);
  return { acls: aclsFor(choice, networkName), vlan: vid, mirror: mirrored };
}

function refusal(what: string, value: string, accepts: string): string {
  return `external_ids:${what} cannot be ${quoted(value)}: accepted is ${accepts}`;
}
