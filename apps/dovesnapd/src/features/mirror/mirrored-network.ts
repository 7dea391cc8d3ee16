import type { BridgeLink } from '../../domain/network.ts';
import type { NetworkFeature } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { copiesInput, copiesOutput } from './mirror-flows.ts';
import {
  isLinkNumberTaken,
  linkIn,
  mirroringDrift,
  mirrorLinkDrift,
  mirrorLinkEdits,
  mirrorLinkNumbers,
  otherMirrorEdits,
  staleMirrorLinkEdits,
} from './mirror-link.ts';
import { isMirrored, mirrorTreatment } from './mirror-treatment.ts';
import { nowhereToMirror } from './mirror-words.ts';

/** What mirroring does to one network. */
export interface MirroredNetwork extends NetworkFeature {
  readonly name: 'mirror';
  /** OpenFlow number of the network's link to the mirror. Undefined if nothing of it is mirrored. */
  readonly port: number | undefined;
  /** Whether faucet.yaml has had the link since this daemon started: before, nobody can have changed it. */
  readonly seen: boolean;
  /** The link, once it exists. */
  readonly link: BridgeLink | undefined;
}

/**
 * Makes the {@link MirroredNetwork} of a network whose link to the mirror has this number. `lbPort` is kept for it also
 * while there is none: a daemon that is restarted may be told to use it.
 */
export function mirroredNetwork(port: number | undefined, lbPort: number): MirroredNetwork {
  const feature: MirroredNetwork = {
    ...(port === undefined ? unmirrored : inForce(port)),
    ...{ name: 'mirror', port, seen: false, link: undefined },
    reservedNumbers: [lbPort],
    ownNumbers: mirrorLinkNumbers,
    staleEdits: (network, model) => staleMirrorLinkEdits(network.record, port, model),
    drift: (network, model) => {
      const what = feature.seen && port !== undefined && mirrorLinkDrift(network, port, model);
      return what ? [`the mirror's interface ${port} ${what}`] : [];
    },
    links: () => (feature.link === undefined ? [] : [feature.link]),
  };
  return feature;
}

/** Remembers what has been seen of the link. Nothing else changes the feature. */
export function observeMirror(
  feature: MirroredNetwork,
  observed: Partial<Pick<MirroredNetwork, 'seen' | 'link'>>,
): void {
  Object.assign(feature, observed);
}

/** What mirroring does to a network. @throws Error when the network was made without it. */
export function mirrorOf({ features }: Pick<NetworkSpec, 'features'>): MirroredNetwork {
  const found = features.find((feature): feature is MirroredNetwork => feature.name === 'mirror');
  if (found === undefined) throw new Error('a network without the mirror among its features');
  return found;
}

const unmirrored: Omit<NetworkFeature, 'name'> = {
  treats: {
    treatment: mirrorTreatment,
    unmet: { what: 'is not mirrored', why: nowhereToMirror },
  },
  edits: (network, model) => staleMirrorLinkEdits(network.record, undefined, model),
};

function inForce(port: number): Omit<NetworkFeature, 'name'> {
  return {
    treats: {
      treatment: mirrorTreatment,
      unmet: undefined,
      inFile: (network, ofPort, model) =>
        linkIn(network.record, port, model)?.mirror.includes(ofPort),
    },
    edits: (network, model) => mirrorLinkEdits(network, port, model),
    otherPortEdits: (network, model) => otherMirrorEdits(network, port, model),
    conflict: (network, model) =>
      isLinkNumberTaken(network.record, port, model)
        ? `faucet.yaml has an interface ${port} of its own in datapath "${network.record.name}", the number of the link to the mirror: give the network another ovs.bridge.lbport`
        : undefined,
    portDrift: (network, own, model) => mirroringDrift(network.record, port, own, model),
    isProven: ({ spec: { vlan } }, own, flows) => {
      const { ofPort } = own;
      if (copiesInput(flows.ofPort, { vlan, mirror: port }) !== isMirrored(own)) return false;
      return !isMirrored(own) || copiesOutput(flows.bridge(), { ofPort, vlan, mirror: port });
    },
  };
}
