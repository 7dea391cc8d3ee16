import type { SwitchState } from '@dovesnap/ovs';
import {
  inBandBridges,
  type OurBridges,
  planNoInBand,
} from '../../plan/networks/plan-no-in-band.ts';
import type { Feature } from '../core/feature.ts';
import type { Parts } from '../core/parts.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';

/**
 * Takes in-band control off the bridges that have it; a look is over when the switch has done so. Does nothing when none
 * has. @throws DovesnapError `OVS_AWAY`.
 */
export type OutOfBand = Keeper<undefined>;

/** Makes {@link OutOfBand}. It waits for no other work on a network: until it is done frames pass every ACL. */
export function outOfBand(parts: Parts, features: readonly Feature[]): OutOfBand {
  const { ovs, log, engineId } = parts;
  return keeper<undefined>(parts, {
    what: 'turn in-band control off',
    // Its next reason is the switch's next change, at the latest the one that ends what is in the way.
    tell: (_, err) => log.error({ err }, 'could not process a bridge with in-band control'),
    act: async () => {
      if (!ovs.live) return;
      const id = await engineId();
      const ours = (state: SwitchState): OurBridges => ({
        engineId: id,
        ofFeatures: features.flatMap((feature) => feature.bridges?.(state, id) ?? []),
      });
      const bridges = inBandBridges(ovs.state(), ours(ovs.state()));
      if (bridges.length === 0) return;
      await ovs.commit((state) => planNoInBand(state, ours(state)));
      await ovs.settled();
      log.warn({ bridges }, 'in-band control was on, which bypasses every ACL: it is off again');
    },
  });
}
