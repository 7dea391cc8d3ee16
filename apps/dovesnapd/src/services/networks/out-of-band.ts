import type { SwitchState } from '@dovesnap/ovs';
import {
  inBandBridges,
  type OurBridges,
  planNoInBand,
} from '../../plan/networks/plan-no-in-band.ts';
import type { Feature } from '../core/feature.ts';
import type { Parts } from '../core/parts.ts';

/**
 * Takes in-band control off the bridges that have it; resolves when the switch has done so. Does nothing when none has.
 * @throws DovesnapError `OVS_AWAY`.
 */
export type OutOfBand = () => Promise<void>;

/** Makes {@link OutOfBand}. It waits for no other work on a network: until it is done frames pass every ACL. */
export function outOfBand({ ovs, log, engineId }: Parts, features: readonly Feature[]): OutOfBand {
  return async () => {
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
  };
}
