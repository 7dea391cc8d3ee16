import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';

/**
 * Makes the keeper of the seals on links, which puts back those that somebody has removed: `nft flush ruleset` takes them
 * with it, and they are as much policy. Not to be asked before the registry is complete; `countRepair` hears of each time
 * that some were put back.
 */
export function sealRepair(
  parts: Parts,
  registry: Pick<Registry, 'all'>,
  countRepair: () => void,
): Keeper<undefined> {
  const { host, log, signal } = parts;
  let isFirst = true;
  return keeper(parts, {
    what: 'seal the links of userspace bridges again',
    act: async () => {
      // What the daemon before this one has sealed is not known yet.
      const also = isFirst ? sealedLinks(registry) : [];
      const links = await host.mendSeals({ signal, also });
      isFirst = false;
      if (links.length === 0) return;
      countRepair();
      log.warn({ links }, 'seals of links were removed: restored them');
    },
  });
}

/** The links of containers' ports to which the host's own stack is closed. */
function sealedLinks(registry: Pick<Registry, 'all'>): readonly string[] {
  return registry
    .all()
    .filter(({ spec }) => spec.userspace)
    .flatMap(({ ports }) => [...ports.values()])
    .flatMap(({ hostLink, peerLink }) => [hostLink, peerLink]);
}
