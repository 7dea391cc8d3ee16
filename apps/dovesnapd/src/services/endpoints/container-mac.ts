import { applyMacPrefix, setLink } from '@dovesnap/netns';
import {
  type AttachedEndpoint,
  type AttachedNetwork,
  type Port,
  takenPorts,
} from '../../domain/attached-network.ts';
import { MAC_PREFIX } from '../../domain/container-labels.ts';
import { deriveMac } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import type { Docker, DockerContainer } from '../../edges/edges.ts';
import type { Parts } from '../core/parts.ts';
import { changeContainerEnd, changeOnHost } from '../interfaces/container-end.ts';
import type { MacHolders } from './mac-holders.ts';

/** The MAC that belongs to an endpoint's address; undefined for one without an address. */
export function macByAddress(
  spec: NetworkSpec,
  { ipv4, ipv6 }: Pick<AttachedEndpoint, 'ipv4' | 'ipv6'>,
): string | undefined {
  const [address] = (ipv4 ?? ipv6 ?? '').split('/');
  return address ? deriveMac(spec.id, { address }) : undefined;
}

/**
 * Whether the endpoint that Docker is asking for may be of a container whose MAC is to get a prefix; who it is for, Docker
 * does not say. The container is on Docker's list: it was created before it is started. A MAC that Docker knows is put
 * back after the link's move into the container, so such a one must not be told.
 */
export async function mayBePrefixed(docker: Docker, network: AttachedNetwork): Promise<boolean> {
  if (!docker.serving) return true;
  try {
    const labelled = await docker.containersLabelled(MAC_PREFIX);
    return labelled.some((container) => !isOn(network, container));
  } catch {
    return true;
  }
}

/** A running container that is on a network does not ask for another endpoint there. */
function isOn(network: AttachedNetwork, { id, state }: DockerContainer): boolean {
  return (
    state === 'running' && takenPorts(network).some((port) => port.endpoint?.container?.id === id)
  );
}

/**
 * Gives the container's end the MAC that Docker was not told, wherever that end is by now. Answers whether it has it: a
 * link on its way into the container cannot be found. @throws NetnsError, DovesnapError `CONFLICT` when somebody else on
 * the network has the MAC.
 */
export async function giveMac(
  parts: Parts,
  holders: MacHolders,
  network: AttachedNetwork,
  port: Port,
  prefix: string | undefined,
): Promise<boolean> {
  const { endpoint } = port;
  if (endpoint === undefined) return false;
  if (endpoint.macGiven && prefix !== undefined) {
    const names = { network: network.record.name, container: endpoint.container?.name };
    const what = `the MAC given with --mac-address stays: label ${MAC_PREFIX} does not change it`;
    parts.log.warn({ ...names, mac: endpoint.mac, prefix }, what);
  }
  const mac = endpoint.mac ?? derivedMac(network.spec, endpoint, prefix);
  await holders.claim(network, port, mac);
  if (endpoint.mac !== undefined) return true;
  if (!(await changeContainerEnd(parts, port, (link) => setLink(link, { mac })))) return false;
  endpoint.mac = mac;
  return true;
}

function derivedMac(
  spec: NetworkSpec,
  endpoint: AttachedEndpoint,
  prefix: string | undefined,
): string {
  const name = endpoint.container?.name ?? endpoint.id;
  const plain = macByAddress(spec, endpoint) ?? deriveMac(spec.id, { name });
  return prefix === undefined ? plain : applyMacPrefix(plain, prefix);
}

/** While it is not known whose endpoint it is, its link has the MAC of its address at least. @throws NetnsError. */
export async function giveInterimMac(
  parts: Parts,
  network: AttachedNetwork,
  port: Port,
): Promise<void> {
  if (port.endpoint === undefined || port.endpoint.mac !== undefined) return;
  const mac = macByAddress(network.spec, port.endpoint);
  if (mac !== undefined) await changeOnHost(parts, port, (link) => setLink(link, { mac }));
}
