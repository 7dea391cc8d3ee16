import { applyMacPrefix } from '@dovesnap/netns';
import {
  ACL_CHOICE_WORDS,
  aclsFor,
  isWritableNetworkName,
  parseAclChoice,
  parseByNetwork,
} from './acl-choice.ts';
import { closest, misspelt } from './closest.ts';
import { DovesnapError } from './error.ts';
import {
  allTreatments,
  labelOf,
  type Treatment,
  type Treatments,
  treatmentsThat,
} from './treatments.ts';
import { BOOLEAN_WORDS, parseBoolean, quoted } from './words.ts';

type Labels = Readonly<Record<string, string>>;

const PORT_ACL = 'dovesnap.faucet.portacl';
/** Label of a container whose MAC must start with certain bytes. */
export const MAC_PREFIX = 'dovesnap.faucet.mac_prefix';

const KNOWN: readonly string[] = [PORT_ACL, ...allTreatments.map(labelOf), MAC_PREFIX];

/** What else affects how a container's labels are parsed. */
export interface LabelContext {
  /** Docker's name of the network that the container joins. */
  readonly networkName: string;
  /** The image's own labels, which Docker merges into the container's. */
  readonly imageLabels: Labels;
  /** Whether policy may come from the image. */
  readonly trustImageLabels: boolean;
}

/** The policy that a container's labels request on one network. */
export interface ContainerPolicy {
  /** In order. Undefined for the network's default. */
  readonly acls: readonly string[] | undefined;
  /** What else is to be done to its traffic. */
  readonly treatments: Treatments;
  /** First bytes of its MAC, as given. Undefined if none are requested. */
  readonly macPrefix: string | undefined;
}

/**
 * Parses the policy of a container on a network from its labels. A label that cannot be parsed is refused, never
 * skipped, because a misspelt label must not open a port. Labels of other programs are ignored.
 *
 * @throws DovesnapError `BAD_LABEL`.
 */
export function parseContainerLabels(labels: Labels, context: LabelContext): ContainerPolicy {
  for (const [key, value] of Object.entries(labels)) {
    refuseMisspelt(key);
    if (isPolicyLabel(key) && value !== '') refuseUntrusted(key, value, context);
  }
  const text = textOf(labels, PORT_ACL);
  const choice = parseAclChoice(text);
  if (choice === undefined) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${PORT_ACL} cannot be ${quoted(text)}: accepted is ${ACL_CHOICE_WORDS}${howElse(context.networkName, 'the option ovs.bridge.default_acl of the network')}`,
    );
  }
  return {
    acls: aclsFor(choice, context.networkName),
    treatments: treatmentsThat((treatment) => isAsked(labels, treatment, context.networkName)),
    macPrefix: macPrefixOf(labels),
  };
}

function textOf(labels: Labels, key: string): string {
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}

function isAsked(labels: Labels, treatment: Treatment, networkName: string): boolean {
  const label = labelOf(treatment);
  const text = textOf(labels, label);
  const choice = parseByNetwork(text, (value) => parseBoolean(value.trim()));
  if (choice !== undefined) {
    return choice.byNetwork.get(networkName) ?? choice.everywhere ?? false;
  }
  throw new DovesnapError(
    'BAD_LABEL',
    `label ${label} cannot be ${quoted(text)}: accepted is ${BOOLEAN_WORDS}, or NETWORK:true/NETWORK2:false${howElse(networkName)}`,
  );
}

function macPrefixOf(labels: Labels): string | undefined {
  const text = textOf(labels, MAC_PREFIX);
  if (text === '') return undefined;
  try {
    applyMacPrefix('02:00:00:00:00:01', text);
    return text;
  } catch (cause) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${MAC_PREFIX} cannot be ${quoted(text)}: accepted are the first 1 to 5 bytes of a unicast MAC, such as 0e:99 or 0e99`,
      { cause },
    );
  }
}

/** Returns whether this driver uses a label, so that its origin matters. */
export function isPolicyLabel(key: string): boolean {
  return KNOWN.includes(key);
}

function refuseMisspelt(key: string): void {
  if (isPolicyLabel(key)) return;
  const meant = misspelt(key, KNOWN);
  if (meant === undefined && !key.toLowerCase().startsWith('dovesnap.faucet.')) return;
  throw new DovesnapError(
    'BAD_LABEL',
    `label ${quoted(key)} is unknown: did you mean ${meant ?? closest(key, KNOWN)}?`,
  );
}

function refuseUntrusted(key: string, value: string, context: LabelContext): void {
  const fromImage = Object.hasOwn(context.imageLabels, key) && context.imageLabels[key] === value;
  if (fromImage && !context.trustImageLabels) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${key}=${quoted(value)} comes from the image, which is not trusted with policy: start dovesnapd with --trust_image_labels, or give the label another value at run time`,
    );
  }
}

/**
 * Returns what to use instead for a network whose name cannot be written in a label. Docker up to 20.10 allows any
 * network name.
 */
function howElse(networkName: string, option?: string): string {
  if (isWritableNetworkName(networkName)) return '';
  const ways = ['a value without a network', ...(option === undefined ? [] : [option])];
  return `; the name of network ${quoted(networkName)} cannot be written in a label: use ${ways.join(' or ')}`;
}
