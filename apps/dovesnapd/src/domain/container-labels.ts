import { applyMacPrefix } from '@dovesnap/netns';
import { ACL_CHOICE_WORDS, aclsFor, parseAclChoice, parseByNetwork } from './acl-choice.ts';
import { closest, misspelt } from './closest.ts';
import { DovesnapError } from './error.ts';
import { BOOLEAN_WORDS, parseBoolean, quoted } from './words.ts';

type Labels = Readonly<Record<string, string>>;

const PORT_ACL = 'dovesnap.faucet.portacl';
/** Label of a container whose MAC is to begin with certain bytes. */
export const MAC_PREFIX = 'dovesnap.faucet.mac_prefix';

const MIRROR = 'dovesnap.faucet.mirror';
const KNOWN: readonly string[] = [PORT_ACL, MIRROR, MAC_PREFIX];

/** What else decides how a container's labels are read. */
export interface LabelContext {
  /** Docker's name of the network that the container joins. */
  readonly networkName: string;
  /** The image's own labels: Docker merges them into the container's. */
  readonly imageLabels: Labels;
  /** Whether policy may come from the image. */
  readonly trustImageLabels: boolean;
}

/** The policy that a container's labels ask for on one network. */
export interface ContainerPolicy {
  /** In order; undefined: the network's default holds. */
  readonly acls: readonly string[] | undefined;
  /** Whether its traffic is to be copied to the mirror. */
  readonly mirror: boolean;
  /** First bytes of its MAC, as given; undefined: none are asked for. */
  readonly macPrefix: string | undefined;
}

/**
 * Reads the policy of a container on a network from its labels. What cannot be read is refused, never skipped: a
 * misspelt label must not open a port. Labels of others are left alone.
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
      `label ${PORT_ACL} cannot be ${quoted(text)}: accepted is ${ACL_CHOICE_WORDS}`,
    );
  }
  return {
    acls: aclsFor(choice, context.networkName),
    mirror: mirrorOf(labels, context.networkName),
    macPrefix: macPrefixOf(labels),
  };
}

function textOf(labels: Labels, key: string): string {
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}

function mirrorOf(labels: Labels, networkName: string): boolean {
  const text = textOf(labels, MIRROR);
  const choice = parseByNetwork(text, (value) => parseBoolean(value.trim()));
  if (choice !== undefined) {
    return choice.byNetwork.get(networkName) ?? choice.everywhere ?? false;
  }
  throw new DovesnapError(
    'BAD_LABEL',
    `label ${MIRROR} cannot be ${quoted(text)}: accepted is ${BOOLEAN_WORDS}, or NETWORK:true/NETWORK2:false`,
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

/** Whether a label means something to this driver, so that its origin matters. */
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
