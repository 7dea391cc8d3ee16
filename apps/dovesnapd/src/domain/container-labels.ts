import { ACL_CHOICE_WORDS, aclsFor, parseAclChoice } from './acl-choice.ts';
import { closest, misspelt } from './closest.ts';
import { DovesnapError } from './error.ts';
import { quoted } from './words.ts';

type Labels = Readonly<Record<string, string>>;

const PORT_ACL = 'dovesnap.faucet.portacl';
const NOT_YET: readonly string[] = ['dovesnap.faucet.mirror', 'dovesnap.faucet.mac_prefix'];
const KNOWN: readonly string[] = [PORT_ACL, ...NOT_YET];

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
}

/**
 * Reads the policy of a container on a network from its labels. What cannot be read is refused, never skipped: a
 * misspelt label must not open a port. Labels of others are left alone.
 * @throws DovesnapError `BAD_LABEL`, `NOT_SUPPORTED`.
 */
export function parseContainerLabels(labels: Labels, context: LabelContext): ContainerPolicy {
  for (const [key, value] of Object.entries(labels)) {
    refuseMisspelt(key);
    if (isPolicyLabel(key) && value !== '') refuseUntrusted(key, value, context);
  }
  const text = Object.hasOwn(labels, PORT_ACL) ? (labels[PORT_ACL] ?? '') : '';
  const choice = parseAclChoice(text);
  if (choice === undefined) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${PORT_ACL} cannot be ${quoted(text)}: accepted is ${ACL_CHOICE_WORDS}`,
    );
  }
  return { acls: aclsFor(choice, context.networkName) };
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
  if (NOT_YET.includes(key)) {
    throw new DovesnapError('NOT_SUPPORTED', `label ${key}=${quoted(value)} is not supported yet`);
  }
  const fromImage = Object.hasOwn(context.imageLabels, key) && context.imageLabels[key] === value;
  if (fromImage && !context.trustImageLabels) {
    throw new DovesnapError(
      'BAD_LABEL',
      `label ${key}=${quoted(value)} comes from the image, which is not trusted with policy: start dovesnapd with --trust_image_labels, or give the label another value at run time`,
    );
  }
}
