import type { StringMap } from '@dovesnap/ovs';
import { ACL_CHOICE_WORDS, aclsFor, parseAclChoice } from './acl-choice.ts';
import { closest } from './closest.ts';
import { chooseTreatments, type Treatment, type Treatments } from './treatments.ts';
import { named, parseWhole, quoted } from './words.ts';

/** Keys in the `external_ids` of an Interface row with which operators set the policy of their own ports. */
const key = {
  acl: 'dovesnap.faucet.portacl',
  vlan: 'dovesnap.vlan',
} as const;

/** The policy that a row requests. */
export interface RowPolicy {
  /** Undefined if all traffic may pass. */
  readonly acls: readonly string[] | undefined;
  /** Undefined for the network's VLAN. */
  readonly vlan: number | undefined;
  readonly treatments: Treatments;
  /** What of the row was not understood. A sentence. Undefined if all of it was. */
  readonly remark?: string | undefined;
}

/** What else affects how a row is parsed. */
export interface RowContext {
  readonly networkName: string;
  /** What features of the network can be asked for. */
  readonly treatments: readonly Treatment[];
}

/**
 * Parses the policy of a port that others have added. If it cannot be parsed, returns the reason as a sentence; the
 * port then stays closed.
 */
export function parseRowPolicy(
  ids: StringMap,
  { networkName, treatments }: RowContext,
): RowPolicy | string {
  const [acl = '', vlan = ''] = [ids[key.acl], ids[key.vlan]];
  const choice = parseAclChoice(acl);
  if (choice === undefined) return refusal(key.acl, acl, ACL_CHOICE_WORDS);
  const vid = parseWhole(vlan, 1, 4094);
  if (vlan !== '' && vid === undefined) {
    return refusal(key.vlan, vlan, 'a whole number from 1 to 4094');
  }
  const known = treatments.filter(({ onRows }) => onRows);
  const asked = ({ label }: Treatment): string => ids[label] ?? '';
  const bad = known.find((one) => asked(one) !== '' && one.parse(asked(one)) === undefined);
  if (bad !== undefined) return refusal(bad.label, asked(bad), bad.accepts);
  return {
    acls: aclsFor(choice, networkName),
    vlan: vid,
    treatments: chooseTreatments(known, (one) => one.parse(asked(one))),
    remark: unknownKey(ids, [...Object.values(key), ...known.map(({ label }) => label)]),
  };
}

function unknownKey(ids: StringMap, known: readonly string[]): string | undefined {
  const unknown = Object.keys(ids).find(
    (one) => one.startsWith('dovesnap.faucet.') && !known.includes(one),
  );
  if (unknown === undefined) return undefined;
  return `external_ids:${named(unknown)} is unknown: did you mean ${closest(unknown, known)}?`;
}

function refusal(what: string, value: string, accepts: string): string {
  return `external_ids:${what} cannot be ${quoted(value)}: accepted is ${accepts}`;
}
