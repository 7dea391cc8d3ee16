import type { StringMap } from '@dovesnap/ovs';
import { ACL_CHOICE_WORDS, aclsFor, parseAclChoice } from './acl-choice.ts';
import {
  allTreatments,
  labelOf,
  type Treatment,
  type Treatments,
  treatmentsThat,
} from './treatments.ts';
import { BOOLEAN_WORDS, parseBoolean, parseWhole, quoted } from './words.ts';

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
}

/**
 * Parses the policy of a port that others have added. If it cannot be parsed, returns the reason as a sentence; the
 * port then stays closed.
 */
export function parseRowPolicy(ids: StringMap, networkName: string): RowPolicy | string {
  const [acl = '', vlan = ''] = [ids[key.acl], ids[key.vlan]];
  const choice = parseAclChoice(acl);
  if (choice === undefined) return refusal(key.acl, acl, ACL_CHOICE_WORDS);
  const vid = parseWhole(vlan, 1, 4094);
  if (vlan !== '' && vid === undefined) {
    return refusal(key.vlan, vlan, 'a whole number from 1 to 4094');
  }
  const asked = (treatment: Treatment): string => ids[labelOf(treatment)] ?? '';
  const bad = allTreatments.find(
    (one) => asked(one) !== '' && parseBoolean(asked(one)) === undefined,
  );
  if (bad !== undefined) return refusal(labelOf(bad), asked(bad), BOOLEAN_WORDS);
  const treatments = treatmentsThat((one) => parseBoolean(asked(one)) === true);
  return { acls: aclsFor(choice, networkName), vlan: vid, treatments };
}

function refusal(what: string, value: string, accepts: string): string {
  return `external_ids:${what} cannot be ${quoted(value)}: accepted is ${accepts}`;
}
