import {
  type DpModel,
  type Edit,
  type FaucetModel,
  type InterfaceModel,
  removeInterface,
  setInterface,
} from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { NumberedEdit } from '../../domain/network-feature.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { interfaceOf } from '../../plan/policy/interface-policy.ts';
import { mirrorLinkDescription } from './mirror-names.ts';
import { isMirrored } from './mirror-treatment.ts';

/**
 * The edits that make faucet.yaml copy what is to be mirrored to the network's link to the mirror bridge, which has this
 * number, and take away a link under another. Ports that the file does not have are left out: Faucet refuses a mirror of
 * them. None while somebody else has the number.
 */
export function mirrorLinkEdits(
  network: AttachedNetwork,
  link: number,
  model: FaucetModel,
): readonly Edit[] {
  const dp = model.dps.get(network.record.name ?? '');
  if (dp?.dpId !== network.spec.dpid) return [];
  const removals = staleMirrorLinkEdits(network.record, link, model);
  if (isLinkNumberTaken(network.record, link, model)) return removals;
  const present = new Set(dp.interfaces.map((item) => item.number));
  const sources = mirroredNumbers(network).filter((number) => present.has(number));
  return [
    ...removals,
    setInterface(dp.name, link, {
      description: mirrorLinkDescription,
      outputOnly: true,
      mirror: sources.length === 0 ? null : sources,
      nativeVlan: null,
      taggedVlans: null,
      aclsIn: null,
      opstatusReconf: null,
      coprocessor: null,
      stack: null,
      other: { acl_in: null },
    }),
  ];
}

/** Numbers of the links to the mirror in a datapath. */
export function mirrorLinkNumbers({ interfaces }: Pick<DpModel, 'interfaces'>): readonly number[] {
  return interfaces
    .filter(({ description }) => description === mirrorLinkDescription)
    .flatMap(({ number }) => number ?? []);
}

/** The edits that take away links to the mirror that the network has no more: the daemon was told otherwise before. */
export function staleMirrorLinkEdits(
  record: NetworkRecord,
  link: number | undefined,
  model: FaucetModel,
): readonly Edit[] {
  const dp = model.dps.get(record.name ?? '');
  if (dp === undefined) return [];
  const stale = mirrorLinkNumbers(dp).filter((number) => number !== link);
  return stale.map((number) => removeInterface(dp.name, number));
}

/** What faucet.yaml says of the link otherwise than we write it; undefined when it is as we write it. */
export function mirrorLinkDrift(
  network: AttachedNetwork,
  link: number,
  model: FaucetModel,
): string | undefined {
  const found = linkIn(network.record, link, model);
  if (found === undefined) return 'is not there';
  if (!found.outputOnly) return 'has no output_only: true';
  const wanted = new Set<number | string>(mirroredNumbers(network));
  const alien = found.mirror.find((number) => !wanted.has(number) && !isPort(network, number));
  if (alien !== undefined) return `has ${alien} in mirror`;
  const added = ['native_vlan', 'tagged_vlans', 'acls_in', 'acl_in', 'coprocessor', 'stack'].find(
    (key) => found.raw[key] !== undefined,
  );
  return added === undefined ? undefined : `has ${added}`;
}

/** Whether the link copies a port's traffic otherwise than it should; undefined when it is as it should be, or not there. */
export function mirroringDrift(
  record: NetworkRecord,
  link: number,
  port: Port,
  model: FaucetModel,
): string | undefined {
  const found = linkIn(record, link, model);
  if (found === undefined) return undefined;
  const isCopied = found.mirror.includes(port.ofPort);
  if (isCopied === isMirrored(port)) return undefined;
  return isCopied ? 'is mirrored' : 'is no longer mirrored';
}

/**
 * The edits that make faucet.yaml copy the traffic of ports that others added as their rows ask. Those that are not in the
 * file yet are mirrored as soon as they are: each change of the file is looked at.
 */
export function otherMirrorEdits(
  network: AttachedNetwork,
  link: number,
  model: FaucetModel,
): readonly NumberedEdit[] {
  const found = linkIn(network.record, link, model);
  const interfaces = model.dps.get(network.record.name ?? '')?.interfaces ?? [];
  if (found === undefined) return [];
  const isOtherwise = network.observation.otherPorts.some((port) => {
    const { ofPort, closed } = port;
    const isThere = interfaces.some((item) => item.number === ofPort);
    const isCopied = ofPort !== undefined && found.mirror.includes(ofPort);
    return isThere && isCopied !== (isMirrored(port) && closed === undefined);
  });
  if (!isOtherwise) return [];
  const edits = mirrorLinkEdits(network, link, model);
  return edits.map((edit) => ({ ofPort: link, name: 'of the mirror', edit }));
}

/** Whether faucet.yaml has an interface of somebody else's under the number of the network's link to the mirror. */
export function isLinkNumberTaken(
  record: NetworkRecord,
  link: number,
  model: FaucetModel,
): boolean {
  const found = interfaceOf(record, link, model);
  return found !== undefined && found.description !== mirrorLinkDescription;
}

/** What faucet.yaml says of the network's link to the mirror; undefined when it is not there. */
export function linkIn(
  record: NetworkRecord,
  link: number,
  model: FaucetModel,
): InterfaceModel | undefined {
  const found = interfaceOf(record, link, model);
  return found?.description === mirrorLinkDescription ? found : undefined;
}

/** Ports of the network whose traffic is to be copied. */
function mirroredNumbers(network: AttachedNetwork): number[] {
  const own = [...network.ports.values()].filter((port) => isMirrored(port));
  const others = network.observation.otherPorts.filter(
    (port) => isMirrored(port) && port.closed === undefined,
  );
  return [...own, ...others].flatMap(({ ofPort }) => ofPort ?? []).sort((a, b) => a - b);
}

/** The ports of containers are looked at one by one: they are closed first. */
function isPort(network: AttachedNetwork, number: number | string): boolean {
  return typeof number === 'number' && network.ports.has(number);
}
