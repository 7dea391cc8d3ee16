import { toNetnsError } from './error.ts';
import { requireLinkName } from './link-name.ts';
import type { Namespace } from './namespace.ts';
import { parseLinks, parsePeerName } from './parse-links.ts';
import { parseMerging } from './parse-merging.ts';
import { parseRoutes } from './parse-routes.ts';
import { parseSeals, sealTable } from './seal.ts';
import type { Link, MergingFeature, Route } from './types.ts';

/**
 * Returns all links of a namespace.
 * @throws NetnsError
 */
export async function readLinks(namespace: Namespace): Promise<readonly Link[]> {
  const argv = ['ip', '-json', '-details', 'address', 'show'] as const;
  return parseLinks(await read(namespace, 'links', [...argv]));
}

/**
 * Returns one link. Undefined when no link has this name.
 * @throws NetnsError
 */
export async function readLink(namespace: Namespace, name: string): Promise<Link | undefined> {
  const show = (device: string): Promise<string> =>
    read(namespace, `link ${device}`, [
      ...(['ip', '-json', '-details', 'address', 'show', 'dev'] as const),
      requireLinkName(device),
    ]);
  try {
    const json = await show(name);
    const [link] = parseLinks(json);
    const peer = parsePeerName(json);
    if (link === undefined || peer === undefined || link.peerIfindex !== undefined) return link;
    const [other] = parseLinks(await show(peer));
    return { ...link, peerIfindex: other?.ifindex };
  } catch (error) {
    const gone = toNetnsError(`link ${name} could not be read`, error);
    if (gone.code === 'LINK_NOT_FOUND') return undefined;
    throw gone;
  }
}

/**
 * Returns all routes of both families.
 * @throws NetnsError
 */
export async function readRoutes(namespace: Namespace): Promise<readonly Route[]> {
  const argv = ['ip', '-json', '-Numeric', 'route', 'show', 'table', 'all'] as const;
  return parseRoutes(await read(namespace, 'routes', [...argv]));
}

/**
 * Returns the features with which a link merges received frames.
 * @throws NetnsError
 */
export async function readMerging(
  namespace: Namespace,
  name: string,
): Promise<readonly MergingFeature[]> {
  const argv = ['ethtool', '--json', '--show-features', requireLinkName(name)] as const;
  return parseMerging(await read(namespace, `features of ${name}`, [...argv]));
}

/**
 * Returns the links that have a chain in the seal table. Empty when nft is missing.
 * @throws NetnsError
 */
export async function readSeals(namespace: Namespace): Promise<readonly string[]> {
  try {
    const argv = ['nft', '-j', 'list', 'table', 'netdev', sealTable] as const;
    return parseSeals(await read(namespace, 'seals', [...argv]));
  } catch (error) {
    const missing = toNetnsError('seals could not be read', error);
    if (missing.code === 'NOT_INSTALLED') return [];
    if (/No such file or directory|not supported/.test(missing.message)) return [];
    throw missing;
  }
}

async function read(
  namespace: Namespace,
  what: string,
  argv: readonly [string, ...string[]],
): Promise<string> {
  try {
    return (await namespace.run(argv)).stdout;
  } catch (cause) {
    throw toNetnsError(`${what} could not be read`, cause, { target: namespace.target });
  }
}
