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
  chooseTreatments,
  type Treatment,
  type Treatments,
  type TreatmentValue,
} from './treatments.ts';
import { quoted } from './words.ts';

type Labels = Readonly<Record<string, string>>;

const START = 'dovesnap.faucet.';
const PORT_ACL = 'dovesnap.faucet.portacl';
/** Label of a container whose MAC must start with certain bytes. */
export const MAC_PREFIX = 'dovesnap.faucet.mac_prefix';

/** What else affects how a container's labels are parsed. */
export interface LabelContext {
  /** Docker's name of the network that the container joins. */
  readonly networkName: string;
  /** What features of that network can be asked for. */
  readonly treatments: readonly Treatment[];
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
  const { networkName, treatments } = context;
  const known = [PORT_ACL, ...treatments.map(({ label }) => label), MAC_PREFIX];
  for (const [key, value] of Object.entries(labels)) {
    if (!known.includes(key)) refuseMisspelt(key, known);
    else if (value !== '') refuseUntrusted(key, value, context);
  }
  const text = textOf(labels, PORT_ACL);
  const choice = parseAclChoice(text);
  if (choice === undefined) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${PORT_ACL} cannot be ${quoted(text)}: accepted is ${ACL_CHOICE_WORDS}${howElse(networkName, 'the option ovs.bridge.default_acl of the network')}`,
    );
  }
  return {
    acls: aclsFor(choice, networkName),
    treatments: chooseTreatments(treatments, (one) => valueAsked(labels, one, networkName)),
    macPrefix: macPrefixOf(labels),
  };
}

function textOf(labels: Labels, key: string): string {
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}

function valueAsked(
  labels: Labels,
  { label, parse, accepts, examples: [one, other] }: Treatment,
  networkName: string,
): TreatmentValue | undefined {
  const text = textOf(labels, label);
  const choice = parseByNetwork(text, (value) => parse(value.trim()));
  if (choice !== undefined) return choice.byNetwork.get(networkName) ?? choice.everywhere;
  throw new DovesnapError(
    'BAD_LABEL',
    `label ${label} cannot be ${quoted(text)}: accepted is ${accepts}, or NETWORK:${one}/NETWORK2:${other}${howElse(networkName)}`,
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

/** Returns whether a label is for this driver, so that its origin matters. */
export function isPolicyLabel(key: string): boolean {
  return key.startsWith(START);
}

function refuseMisspelt(key: string, known: readonly string[]): void {
  const meant = misspelt(key, known);
  if (meant === undefined && !key.toLowerCase().startsWith(START)) return;
  throw new DovesnapError(
    'BAD_LABEL',
    `label ${quoted(key)} is unknown: did you mean ${meant ?? closest(key, known)}?`,
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
