import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { removeNote, setNote } from '../../domain/network-notes.ts';
import type { Parts } from '../core/parts.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import { adoptNetworks } from '../networks/adopt-networks.ts';
import type { ReconcilerServices } from './reconciler.ts';
import type { Tend } from './upkeep-list.ts';

/**
 * Makes the keeper of all that is remembered in the switch: takes up networks that are not known yet, and repairs those
 * that are. What fails of one network is told as such.
 */
export function passes(parts: Parts, services: ReconcilerServices, tend: Tend): Keeper<undefined> {
  const { registry, networks } = services;
  const pass = async (): Promise<boolean> => {
    if (!parts.ovs.live) return true;
    const startedAt = parts.clock.now();
    // Docker's calls, which open ports, wait for the first pass to come past `complete`.
    await services.outOfBand.assert(undefined);
    const adopted = await adoptNetworks(parts, registry, networks);
    registry.complete();
    const repaired: boolean[] = [];
    for (const network of registry.all()) repaired.push(await repair(parts, services, network));
    for (const feature of services.features) await feature.assert?.();
    if (adopted.length > 0) await takeUp(services, adopted, tend);
    tend({ kind: 'pass' });
    services.observe((parts.clock.now() - startedAt) / 1000);
    return !repaired.includes(false);
  };
  return keeper(parts, { what: 'process what has changed in the switch', act: pass });
}

async function takeUp(
  services: ReconcilerServices,
  adopted: readonly AttachedNetwork[],
  tend: Tend,
): Promise<void> {
  tend({ kind: 'ports' }, adopted);
  for (const network of adopted) services.flows.follow(network);
  // They say themselves when they cannot be set, and are tried again.
  await services.rules.assert(undefined).catch(() => undefined);
}

/** Answers whether the network is as it should be, or somebody is at work on it. */
async function repair(
  parts: Parts,
  services: ReconcilerServices,
  network: AttachedNetwork,
): Promise<boolean> {
  if (parts.turns.isTaken(['network', network.spec.id])) return true;
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
