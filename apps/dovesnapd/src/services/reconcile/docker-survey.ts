import { DovesnapError } from '../../domain/error.ts';
import type { Parts } from '../core/parts.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import { cleanUp } from './clean-up.ts';
import type { ReconcilerServices } from './reconciler.ts';

/**
 * Makes the keeper of what there is to what Docker lists. While Docker or the switch give no complete answer nothing is
 * removed.
 */
export function dockerSurvey(
  parts: Parts,
  services: ReconcilerServices,
  passes: Keeper<undefined>,
): Keeper<undefined> {
  const { registry, desk } = services;
  return keeper<undefined>(parts, {
    what: 'compare the networks with those that Docker lists',
    act: async () => {
      if (!parts.docker.serving) return;
      await passes.assert(undefined);
      // The networks would be rebuilt from Docker, although the switch remembers more of them.
      if (!registry.isComplete) throw new DovesnapError('OVS_AWAY', 'Open vSwitch is away');
      await services.docker.look();
      // What cannot be set says so itself, and is tried again.
      await services.rules.assert(undefined).catch(() => undefined);
      await cleanUp(parts, registry, desk);
      await services.vlanOut.sweep();
      services.containerLinks.lookAtAll();
    },
  });
}
