import {
  type Edit,
  type FaucetModel,
  type InterfaceModel,
  removeInterface,
  setInterface,
} from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { mirrorLinkDescription } from '../../domain/names.ts';
import { interfaceOf } from '../policy/interface-policy.ts';

/**
 * The edits that make faucet.yaml copy what is to be mirrored to the network's link to the mirror bridge, and take away
 * a link that the network has no more. Ports that the file does not have are left out: Faucet refuses a mirror of them.
 */
export function mirrorLinkEdits(network: AttachedNetwork, dp: string, model: FaucetModel): Edit[] {
  const interfaces = model.dps.get(dp)?.interfaces ?? [];
  const removals = staleMirrorLinkEdits(network, dp, model);
  if (network.mirrorPort === undefined) return removals;
  const present = new Set(interfaces.map((item) => item.number));
  const sources = mirroredNumbers(network).filter((number) => present.has(number));
  return [
    ...removals,
    setInterface(dp, network.mirrorPort, {
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

/** The edits that take away links to the mirror that the network has no more: the daemon was told otherwise before. */
export function staleMirrorLinkEdits(
  network: AttachedNetwork,
  dp: string,
  model: FaucetModel,
): Edit[] {
  const interfaces = model.dps.get(dp)?.interfaces ?? [];
  return interfaces
    .filter(({ description }) => description === mirrorLinkDescription)
    .flatMap(({ number }) => number ?? [])
    .filter((number) => number !== network.mirrorPort)
    .map((number) => removeInterface(dp, number));
}

/** What faucet.yaml says of the link otherwise than we write it; undefined when it is as we write it. */
export function mirrorLinkDrift(network: AttachedNetwork, model: FaucetModel): string | undefined {
  if (network.mirrorPort === undefined) return undefined;
  const found = linkIn(network, model);
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
  network: AttachedNetwork,
  port: Port,
  model: FaucetModel,
): string | undefined {
  if (network.mirrorPort === undefined) return undefined;
  const link = linkIn(network, model);
  if (link === undefined) return undefined;
  const isCopied = link.mirror.includes(port.ofPort);
  if (isCopied === port.mirrored) return undefined;
  return isCopied ? 'is mirrored' : 'is not mirrored any more';
}

/** Whether faucet.yaml copies the traffic of a port that others added otherwise than its row asks for. */
export function otherMirroringDrift(
  network: AttachedNetwork,
  model: FaucetModel,
): string | undefined {
  const link = linkIn(network, model);
  const interfaces = model.dps.get(network.name ?? '')?.interfaces ?? [];
  if (link === undefined) return undefined;
  const different = network.others.seen.find(({ ofPort, mirrored, closed }) => {
    const isThere = interfaces.some((item) => item.number === ofPort);
    const isCopied = ofPort !== undefined && link.mirror.includes(ofPort);
    return isThere && isCopied !== (mirrored && closed === undefined);
  });
  return different && `port ${different.name} is mirrored otherwise than its row says`;
}

/** Ports of the network whose traffic is to be copied. */
function mirroredNumbers(network: AttachedNetwork): number[] {
  const own = [...network.ports.values()].filter((port) => port.mirrored);
  const others = network.others.seen.filter((port) => port.mirrored && port.closed === undefined);
  return [...own, ...others].flatMap(({ ofPort }) => ofPort ?? []).sort((a, b) => a - b);
}

/** The ports of containers are looked at one by one: they are closed first. */
function isPort(network: AttachedNetwork, number: number | string): boolean {
  return typeof number === 'number' && network.ports.has(number);
}

/** What faucet.yaml says of the network's link to the mirror; undefined when it is not there. */
export function linkIn(network: AttachedNetwork, model: FaucetModel): InterfaceModel | undefined {
  const found = underItsNumber(network, model);
  return found?.description === mirrorLinkDescription ? found : undefined;
}

/** Whether faucet.yaml has an interface of somebody else's under the number of the network's link to the mirror. */
export function isLinkNumberTaken(network: AttachedNetwork, model: FaucetModel): boolean {
  const found = underItsNumber(network, model);
  return found !== undefined && found.description !== mirrorLinkDescription;
}

function underItsNumber(network: AttachedNetwork, model: FaucetModel): InterfaceModel | undefined {
  const { mirrorPort } = network;
  return mirrorPort === undefined ? undefined : interfaceOf(network, mirrorPort, model);
}
