import type { Link } from '@dovesnap/netns';
import type { AclTrouble } from './acl-trouble.ts';
import type { OtherPort } from './other-ports.ts';

/**
 * What the switch, the host, Faucet and libvirt were last seen to say of a network. None of it is recorded: after a restart,
 * it is looked at again. Only the functions of this file change it.
 */
export interface NetworkObservation {
  /** On a userspace bridge, whether the switch does segmentation and computes checksums. Undefined until checked. */
  readonly txOffload: boolean | undefined;
  /** What is wrong with the ACLs that apply to the network. */
  readonly aclTroubles: readonly AclTrouble[];
  /** Ports without a container. */
  readonly otherPorts: readonly OtherPort[];
  /** Host interfaces of the network, by name. Undefined if the interface does not exist. */
  readonly links: ReadonlyMap<string, Link | undefined>;
  /** Maps the names of devices of others that are sealed off from the host's own stack to their indexes. */
  readonly sealed: ReadonlyMap<string, number>;
  /** Virtual machines, by the name of their tap. */
  readonly machines: ReadonlyMap<string, string>;
}

/** Makes the observation of a network that nobody has looked at yet. */
export function nothingObserved(): NetworkObservation {
  return {
    txOffload: undefined,
    aclTroubles: [],
    otherPorts: [],
    links: new Map(),
    sealed: new Map(),
    machines: new Map(),
  };
}

/** Remembers whether the switch of a userspace bridge does segmentation and computes checksums. */
export function observeTxOffload(observation: NetworkObservation, txOffload: boolean): void {
  change(observation, { txOffload });
}

/** Remembers what is wrong with the ACLs that apply to the network. */
export function observeAclTroubles(
  observation: NetworkObservation,
  aclTroubles: readonly AclTrouble[],
): void {
  change(observation, { aclTroubles });
}

/** Remembers which ports without a container there are. */
export function observeOtherPorts(
  observation: NetworkObservation,
  otherPorts: readonly OtherPort[],
): void {
  change(observation, { otherPorts });
}

/** Remembers what a host interface of the network is. Undefined if it does not exist. */
export function observeLink(
  observation: NetworkObservation,
  name: string,
  link: Link | undefined,
): void {
  change(observation, { links: new Map(observation.links).set(name, link) });
}

/** Remembers that a device of others has been sealed off. */
export function observeSeal(observation: NetworkObservation, name: string, ifindex: number): void {
  change(observation, { sealed: new Map(observation.sealed).set(name, ifindex) });
}

/** Removes devices that are no longer sealed off. */
export function dropSeals(observation: NetworkObservation, names: readonly string[]): void {
  const kept = [...observation.sealed].filter(([name]) => !names.includes(name));
  change(observation, { sealed: new Map(kept) });
}

/** Remembers virtual machines, by the name of their tap. */
export function observeMachines(
  observation: NetworkObservation,
  machines: ReadonlyMap<string, string>,
): void {
  change(observation, { machines: new Map([...observation.machines, ...machines]) });
}

/** Removes the virtual machines of taps that are not among these. */
export function keepMachines(observation: NetworkObservation, taps: ReadonlySet<string>): void {
  const kept = [...observation.machines].filter(([tap]) => taps.has(tap));
  change(observation, { machines: new Map(kept) });
}

function change(observation: NetworkObservation, changed: Partial<NetworkObservation>): void {
  Object.assign(observation, changed);
}
