import { type Operation, planOutOfBand, type SwitchState } from '@dovesnap/ovs';
import { parseBridgeRecord } from '../../domain/record.ts';

/** Which bridges are ours. */
export interface OurBridges {
  /** Whose networks' bridges. */
  readonly engineId: string;
  /** Names of bridges of features. */
  readonly ofFeatures: readonly string[];
}

/**
 * The bridges of an engine that have in-band control. For it Open vSwitch forwards frames to, from and about its
 * controllers by hidden flows above all others, whatever an ACL says (ovs-vswitchd 3.1.0: priority 180000 and more).
 */
export function inBandBridges(
  state: SwitchState,
  { engineId, ofFeatures }: OurBridges,
): readonly string[] {
  const ofNetworks = state.bridges
    .filter(({ externalIds }) => parseBridgeRecord(externalIds)?.engineId === engineId)
    .map(({ name }) => name);
  return [...ofNetworks, ...ofFeatures].filter((name) => planOutOfBand(state, name).length > 0);
}

/** Plans that no bridge of an engine has in-band control. */
export function planNoInBand(state: SwitchState, ours: OurBridges): readonly Operation[] {
  return inBandBridges(state, ours).flatMap((name) => planOutOfBand(state, name));
}
