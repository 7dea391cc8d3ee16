import type { AclModel, DpModel, Edit, FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from './attached-network.ts';
import type { HostPort } from './host-ports.ts';
import type { BridgeLink } from './network.ts';
import type { NetworkSpec } from './network-spec.ts';
import type { Treatment, Treatments, TreatmentValue } from './treatments.ts';

/**
 * What a feature does to one network. The plans ask every feature of a network at the same points, in the order of the
 * list in `features/features.ts`, and know none of them by name. None of it acts; what the feature does at run time is
 * its `Feature` (`services/core/feature.ts`). A feature that is not in force on the network has one too: it takes away
 * what it has left behind.
 */
export interface NetworkFeature {
  readonly name: string;
  /** What it does to the traffic of ports that ask for it. Undefined if nothing can ask for it. */
  readonly treats?: PortTreatment | undefined;
  /** Host interfaces that it puts on the network's bridge. */
  readonly hostPorts?: readonly HostPort[] | undefined;
  /** Replaces the ACLs of containers' policies. Undefined if it leaves them as they are. */
  readonly acls?: AclReplacement | undefined;
  /** Options of the network that it does what they ask for. */
  readonly serves?: readonly string[] | undefined;
  /** The edits that put right what faucet.yaml has for it, by what the text says after all other edits of a network. */
  readonly edits?: (network: AttachedNetwork, model: FaucetModel) => readonly Edit[];
  /** Numbers that no other port of the network's bridge is to have, also while the feature does not use them. */
  readonly reservedNumbers?: readonly number[] | undefined;
  /** Numbers of interfaces that are its own in the network's datapath. They go with the network. */
  readonly ownNumbers?: (dp: DpModel) => readonly number[];
  /** The edits that take away what is left of it, by what the text says after the network has been taken out. */
  readonly removalEdits?: (network: AttachedNetwork, model: FaucetModel) => readonly Edit[];
  /** The edits that take away what it no longer needs while the network stays. */
  readonly staleEdits?: (network: AttachedNetwork, model: FaucetModel) => readonly Edit[];
  /** The edits that make faucet.yaml fit ports without a container, with the number and the name to blame for each. */
  readonly otherPortEdits?: (
    network: AttachedNetwork,
    model: FaucetModel,
  ) => readonly NumberedEdit[];
  /** Why faucet.yaml, as operators have written it, leaves no room for it. One sentence. */
  readonly conflict?: (network: AttachedNetwork, model: FaucetModel) => string | undefined;
  /** What faucet.yaml says of its own part otherwise than we write it, one sentence each. */
  readonly drift?: (network: AttachedNetwork, model: FaucetModel) => readonly string[];
  /** What faucet.yaml says of a port otherwise than the feature asks for. A clause that follows `interface 7`. */
  readonly portDrift?: (
    network: AttachedNetwork,
    port: Port,
    model: FaucetModel,
  ) => string | undefined;
  /** Whether the switch has what it asks for on a port. The port stays closed until it has. */
  readonly isProven?: (network: AttachedNetwork, port: ProvenPort, flows: PortFlows) => boolean;
  /** Its patch ports on the network's bridge, for those who look. */
  readonly links?: () => readonly BridgeLink[];
}

/** How a feature treats the traffic of ports that ask for it. */
export interface PortTreatment {
  readonly treatment: Treatment;
  /** Why it does not treat that of this network. Undefined if it does. */
  readonly unmet: UnmetTreatment | undefined;
  /** How faucet.yaml treats a port, whatever is wanted. Undefined if it does not. Without it, nobody can tell. */
  readonly inFile?: (
    network: AttachedNetwork,
    ofPort: number,
    model: FaucetModel,
  ) => TreatmentValue | undefined;
}

/** Why a port is not treated as it asks. */
export interface UnmetTreatment {
  /** A clause that follows the name of a container: `is not marked`. */
  readonly what: string;
  readonly why: string;
}

/** What the ACLs of a network's ports may depend on. */
export type NetworkOfAcls = Pick<AttachedNetwork, 'spec' | 'record' | 'ports'>;

/** An ACL of a container's port. */
export interface PolicyAcl {
  readonly name: string;
  /** The operator's ACL that it is, or is made from. Undefined if it is made from none. */
  readonly from: string | undefined;
  /** As faucet.yaml is to have it. Undefined while the ACL that it is made from is missing. */
  readonly inFile: (model: FaucetModel) => AclModel | undefined;
}

/**
 * How a feature replaces the ACLs of containers' policies. Several do so one after the other, in the order of the list.
 * The core writes what they make, keeps it so, and removes it when no port names it any more.
 */
export interface AclReplacement {
  /** The ACLs that stand for these on a port. Those that stay are returned as they are. */
  readonly replace: (
    acls: readonly PolicyAcl[],
    on: { readonly network: NetworkOfAcls; readonly treatments: Treatments },
  ) => readonly PolicyAcl[];
  /** Why an ACL that is given to {@link replace} cannot be replaced. A sentence that names it. */
  readonly refusal?: (acl: PolicyAcl, model: FaucetModel) => string | undefined;
}

/** One edit of faucet.yaml, and the port it is for. */
export interface NumberedEdit {
  readonly ofPort: number;
  readonly name: string;
  readonly edit: Edit;
}

/** A port whose flows are proof, with what it is to be. */
export type ProvenPort = Pick<Port, 'ofPort' | 'treatments'>;

/** The flows of a port. */
export interface PortFlows {
  /** Those for frames from the port. */
  readonly ofPort: readonly Flow[];
  /** All of its bridge, as far as they are known. */
  readonly bridge: () => readonly Flow[];
}

/** Returns the treatments that the ports of a network can ask for. */
export function treatmentsOn({ features }: Pick<NetworkSpec, 'features'>): readonly Treatment[] {
  return features.flatMap(({ treats }) => treats?.treatment ?? []);
}
