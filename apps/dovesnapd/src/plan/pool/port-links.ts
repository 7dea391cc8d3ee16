import {
  addVeth,
  type Change,
  removeLink,
  sealLink,
  setLink,
  setOffload,
  unsealLink,
} from '@dovesnap/netns';
import type { Port } from '../../domain/attached-network.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';

/**
 * The veths behind ports. Neither end makes addresses of its own, so the host says nothing into the network. On a
 * userspace bridge the host's own stack is closed on both ends (Open vSwitch only listens in there, it takes no frame
 * away). A container's end that leaves nothing to the switch cuts its segments and computes its checksums itself, because
 * nobody after it would.
 */
export function makeVeths(
  spec: Pick<NetworkSpec, 'mtu' | 'userspace'>,
  ports: readonly Pick<Port, 'hostLink' | 'peerLink' | 'txOffload'>[],
  options: { readonly up: boolean },
): Change[] {
  // Changes of one kind stand together: each run of neighbours is one program.
  const made = ports.flatMap(({ hostLink, peerLink }) => [
    addVeth(hostLink, peerLink, { mtu: spec.mtu }),
    setLink(hostLink, { addressGeneration: 'none' }),
    setLink(peerLink, { addressGeneration: 'none' }),
  ]);
  const sealed = ports.flatMap(({ hostLink, peerLink }) => [
    sealLink(hostLink),
    sealLink(peerLink),
  ]);
  const unloaded = ports
    .filter(({ txOffload }) => txOffload !== true)
    .map(({ peerLink }) => setOffload(peerLink, { tx: false }));
  const raised = ports.flatMap(({ hostLink, peerLink }) => [
    setLink(peerLink, { up: true }),
    setLink(hostLink, { up: true }),
  ]);
  return [...made, ...(spec.userspace ? sealed : []), ...unloaded, ...(options.up ? raised : [])];
}

/** Takes veths away; the container's end goes with the host's. */
export function removeVeths(
  spec: Pick<NetworkSpec, 'userspace'>,
  ports: readonly Pick<Port, 'hostLink' | 'peerLink'>[],
): Change[] {
  return [
    ...ports.map((port) => removeLink(port.hostLink)),
    ...(spec.userspace
      ? ports.flatMap((port) => [unsealLink(port.hostLink), unsealLink(port.peerLink)])
      : []),
  ];
}

/** Closes ports: with the host's end down nothing crosses, whatever the flows say. */
export function closePorts(ports: readonly Pick<Port, 'hostLink'>[]): Change[] {
  return ports.map((port) => setLink(port.hostLink, { up: false }));
}

/** Puts the links of ports up, the container's ends as far as they are `here` still and not in a container. */
export function raisePorts(
  ports: readonly Pick<Port, 'hostLink' | 'peerLink'>[],
  here: ReadonlySet<string>,
): Change[] {
  return ports
    .flatMap(({ hostLink, peerLink }) => [peerLink, hostLink])
    .filter((name) => here.has(name))
    .map((name) => setLink(name, { up: true }));
}

/** Opens a port. */
export function openPort(port: Pick<Port, 'hostLink'>): Change[] {
  return [setLink(port.hostLink, { up: true })];
}
