import type { FaucetModel } from '@dovesnap/faucet-config';
import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';

/** Highest OpenFlow port number that Open vSwitch takes (OFPP_MAX of OpenFlow 1.0, by which it numbers ports). */
const highestOfSwitch = 65279;

/** Whether every datapath has the egress pipeline: it comes with the first ACL on the output of any VLAN. */
export function hasEgressPipeline(model: FaucetModel): boolean {
  return [...model.vlans.values()].some((vlan) => vlan.aclsOut.length > 0);
}

/** The highest port number that Faucet tells from others under this configuration. */
export function highestOfPort(model: FaucetModel): number {
  const egress =
    hasEgressPipeline(model) ||
    [...model.dps.values()].some((dp) => dp.raw.egress_pipeline === true);
  return egress ? highestOfPipeline : highestOfSwitch;
}
