import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import type { Parts } from '../core/parts.ts';
import { dropDoneRepairs } from '../core/repair-notes.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import { adoptNetworks } from '../networks/adopt-networks.ts';
import type { ReconcilerServices } from './reconciler.ts';

/**
 * Makes the keeper of all that is remembered in the switch: takes up networks that are not known yet, and repairs those
 * that are. What fails of one network is told as such.
 */
export function passes(parts: Parts, services: ReconcilerServices): Keeper<undefined> {
  const { registry, networks } = services;
  const pass = async (): Promise<boolean> => {
    if (!parts.ovs.live) return true;
    const startedAt = parts.clock.now();
    // Docker's calls, which open ports, wait for the first pass to come past `complete`.
    await services.outOfBand();
    const adopted = await adoptNetworks(parts, registry, networks);
    registry.complete();
    const repaired: boolean[] = [];
    for (const network of registry.all()) repaired.push(await repair(parts, services, network));
    for (const feature of services.features) await feature.assert?.();
    if (adopted.length > 0) await takeUp(services, adopted);
    carryOn(services);
    services.observe((parts.clock.now() - startedAt) / 1000);
    return !repaired.includes(false);
  };
  return keeper(parts, { what: 'process what has changed in the switch', act: pass });
}

async function takeUp(
  services: ReconcilerServices,
  adopted: readonly AttachedNetwork[],
): Promise<void> {
  lookAtPorts(services, adopted);
  for (const network of adopted) services.flows.follow(network);
  // They say themselves when they cannot be set, and are tried again.
  await services.rules.assert().catch(() => undefined);
}

/** Follows up the ports without a container; `retry`: also what has failed and stands as it stood then. */
export function lookAtPorts(
  { others, features, policies, hostPortLinks }: ReconcilerServices,
  networks: readonly AttachedNetwork[],
  options?: { readonly retry: boolean },
): void {
  for (const network of networks) {
    others.look(network);
    hostPortLinks.lookOnce(network);
    policies.look(network);
    for (const feature of features) feature.tend?.(network, options);
    dropDoneRepairs(network.notes);
  }
}

/** Tries again what waits on the networks. */
function carryOn({ registry, attachments, pool, offloads }: ReconcilerServices): void {
  for (const network of registry.all()) {
    attachments.resume(network);
    offloads.look(network);
    if (network.record.name !== undefined) pool.tend(network);
  }
}

/** Answers whether the network is as it should be, or somebody is at work on it. */
async function repair(
  parts: Parts,
  services: ReconcilerServices,
  network: AttachedNetwork,
): Promise<boolean> {
  if (parts.serial.busy(`network:${network.spec.id}`)) return true;
  const effect = { what: 'repair the network', network };
  try {
    await services.repair(network);
    await services.numbers.look(network);
    removeNote(network.notes, 'repair');
    parts.failures.clear(effect);
    return true;
  } catch (error) {
    if (network.life.signal.aborted) return true;
    setNote(network.notes, 'repair', { sentence: (error as Error).message });
    parts.failures.note(effect, error);
    return false;
  }
}
