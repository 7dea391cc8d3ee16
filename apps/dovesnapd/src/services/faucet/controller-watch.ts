import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';

/**
 * Makes the function to call after each change of the switch. Faucet tells nobody when it comes or goes, but our bridges
 * notice: whenever one of them has found or lost a controller, Faucet is asked.
 */
export function controllerWatch(
  parts: Pick<Parts, 'ovs' | 'faucet'>,
  registry: Pick<Registry, 'all'>,
): () => void {
  let before = '';
  return () => {
    if (!parts.ovs.live) return;
    const ours = new Set(registry.all().map((network) => network.spec.bridge));
    const controllers = parts.ovs
      .state()
      .bridges.filter((bridge) => ours.has(bridge.name))
      .flatMap((bridge) =>
        bridge.controllers.map(({ target, connected }) => `${bridge.name} ${target} ${connected}`),
      );
    const now = controllers.sort().join('\n');
    if (now === before) return;
    before = now;
    void parts.faucet.refresh();
  };
}
