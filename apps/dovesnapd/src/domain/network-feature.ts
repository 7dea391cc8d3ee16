import type { AclRuleModel, DpModel, Edit, FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from './attached-network.ts';
import type { HostPort } from './host-ports.ts';
import type { BridgeLink } from './network.ts';
import type { Treatment } from './treatments.ts';

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
  /** Replaces the ACLs of containers' policies. Undefined if they stand in faucet.yaml as they are. */
  readonly acls?: ReplacedAcls | undefined;
  /** The edits that put right what faucet.yaml has for it, by what the text says after all other edits of a network. */
  readonly edits?: (network: AttachedNetwork, model: FaucetModel) => readonly Edit[];
  /** Whether what faucet.yaml has for it lets ports be opened. */
  readonly isWritten?: (network: AttachedNetwork, model: FaucetModel) => boolean;
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
  /** Whether faucet.yaml treats a port so, whatever is wanted. */
  readonly isInFile: (network: AttachedNetwork, ofPort: number, model: FaucetModel) => boolean;
}

/** Why a port is not treated as it asks. */
export interface UnmetTreatment {
  /** A clause that follows the name of a container: `is not marked`. */
  readonly what: string;
  readonly why: string;
}

/** How a feature replaces the ACLs of containers' policies. */
export interface ReplacedAcls {
  /** The ACLs that faucet.yaml has on a port for these of its policy. */
  readonly inFile: (acls: readonly string[]) => readonly string[];
  /** The ACLs of the policy that faucet.yaml has these for: {@link inFile} the other way. */
  readonly ofPolicy: (aclsIn: readonly string[]) => readonly string[];
  /**
   * The rules of the ACLs in the file for a policy, by name. Undefined while an ACL that they are made from is missing.
   */
  readonly rules: (
    network: AttachedNetwork,
    acls: readonly string[],
    model: FaucetModel,
  ) => ReadonlyMap<string, readonly AclRuleModel[]> | undefined;
  /** Why an ACL cannot be replaced. A sentence that names it. */
  readonly refusal: (acl: string, model: FaucetModel) => string | undefined;
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
