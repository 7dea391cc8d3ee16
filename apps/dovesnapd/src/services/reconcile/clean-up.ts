import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { removeLink, unsealLink } from '@dovesnap/netns';
import { hostPortsOf } from '../../domain/host-ports.ts';
import { isVethName, isVethOf } from '../../domain/names.ts';
import { staleDpEdits, staleInterfaceEdits } from '../../plan/faucet/faucet-edits.ts';
import { unusedDerivedStep } from '../../plan/policy/derived-acls.ts';
import { findStrayLinks } from '../../plan/pool/stray-links.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';
import type { Registry } from '../core/registry.ts';
import type { PauseEnd } from '../core/retries.ts';
import { confirmLater } from '../faucet/confirm-later.ts';
import type { FaucetDesk, Written } from '../faucet/faucet-desk.ts';

/** Removes what a daemon that was cut off has left: datapaths and interfaces of ours in faucet.yaml, links, seals. */
export async function cleanUp(parts: Parts, registry: Registry, desk: FaucetDesk): Promise<void> {
  await removeStaleEntries(parts, registry, desk);
  await removeStrays(parts, registry);
}

async function removeStaleEntries(
  parts: Parts,
  registry: Registry,
  desk: FaucetDesk,
): Promise<void> {
  const engineId = await parts.engineId();
  const isKnown = (start: string): boolean =>
    registry.all().some((network) => network.spec.id.startsWith(start));
  const staleEdits = (model: FaucetModel): EditStep[] => {
    const ofDps = staleDpEdits(model, engineId, isKnown);
    const unused = ofDps.length === 0 ? [] : [unusedDerivedStep];
    const ofNetworks = registry
      .all()
      .flatMap((network) => [
        ...staleInterfaceEdits(network, model),
        ...network.spec.features.flatMap((feature) => feature.staleEdits?.(network, model) ?? []),
      ]);
    return [...ofDps, ...unused, ...ofNetworks];
  };
  if (staleEdits(await desk.model()).length === 0) return;
  const wait = { signal: parts.signal, deadline: parts.config.attachTimeout };
  const write = (why?: PauseEnd): Promise<Written> =>
    desk.write(staleEdits, { ...wait, again: why === 'due' });
  const written = await write();
  if (written.confirmed) return;
  // Not waited for: what Docker lists is to be compared again also while Faucet is away.
  const effect = { what: 'remove from faucet.yaml what was left there' };
  confirmLater(parts, desk, effect, { written, write });
}

/**
 * Links of a port that is being rebuilt are nobody's until they are on the switch: those of a network are removed in
 * its turn of the pool.
 */
async function removeStrays(parts: Parts, registry: Registry): Promise<void> {
  const found = await findStrays(parts, registry);
  const ownerOf = (name: string) => registry.all().find(({ spec }) => isVethOf(spec.id, name));
  await remove(parts, found, (name) => ownerOf(name) === undefined);
  const owners = new Set([...found.links, ...found.seals].flatMap((name) => ownerOf(name) ?? []));
  const removals = [...owners].map((network) =>
    poolTurn(parts, network, async () => {
      const strays = await findStrays(parts, registry);
      await remove(parts, strays, (name) => isVethOf(network.spec.id, name));
    }),
  );
  await Promise.all(removals);
}

/** Names of what is left: host ends of veths, and links that are gone, or go with these, and are still sealed. */
interface Strays {
  readonly links: readonly string[];
  readonly seals: readonly string[];
}

async function findStrays(parts: Parts, registry: Registry): Promise<Strays> {
  // Before the links: whoever makes one in between has not sealed it by then.
  const sealed = await parts.host.seals();
  const present = await parts.host.links();
  const switchPorts = new Set(
    parts.ovs
      .state()
      .bridges.flatMap((bridge) => bridge.ports)
      .flatMap((port) => [port.name, ...port.interfaces.map((item) => item.name)]),
  );
  const links = findStrayLinks(present, registry.all(), switchPorts);
  const staying = new Set(present.map(({ name }) => name).filter((name) => !links.includes(name)));
  const isLeft = (name: string): boolean =>
    isVethName(name) ? !staying.has(name) || !staying.has(hostEnd(name)) : !switchPorts.has(name);
  const known = new Set(
    registry
      .all()
      .flatMap((network) => [
        ...[...network.ports.values()].flatMap((port) => [port.hostLink, port.peerLink]),
        ...hostPortsOf(network.spec).map((port) => port.name),
      ]),
  );
  return { links, seals: sealed.filter((name) => isLeft(name) && !known.has(name)) };
}

/** The host's end of the veth that a link is an end of. */
function hostEnd(name: string): string {
  return name.replace(/^odc/, 'ods');
}

async function remove(
  parts: Parts,
  strays: Strays,
  isMine: (name: string) => boolean,
): Promise<void> {
  const links = strays.links.filter(isMine);
  if (links.length > 0) parts.log.info({ links }, 'links that lead nowhere are removed');
  await parts.host.apply([
    ...links.map(removeLink),
    ...strays.seals.filter(isMine).map(unsealLink),
  ]);
}
