import { removeLink } from '@dovesnap/netns';
import { planPorts, planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../../domain/names.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { tellPort } from '../../domain/port-life.ts';
import { leavesOffloads, madePort } from '../../plan/interfaces/port-offload.ts';
import { portSpec } from '../../plan/networks/bridge-spec.ts';
import { makeVeths, removeVeths } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';
import { untilAttached } from './until-attached.ts';

/**
 * Gives ports fresh veths under their old numbers, so that nothing a container did to its interface reaches the next
 * one.
 *
 * The new veth has another name: a userspace datapath goes on reading the socket of a device that was deleted and made
 * again under one name in quick succession, and the port is dead (seen with OVS 3.1.0). Faucet keeps the port's flows
 * through the exchange because its interface says `opstatus_reconf: false`.
 *
 * One for which the switch does otherwise by the end is left `dirty`. In the network's turn of the pool.
 */
export async function rebuildPorts(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  if (network.life.signal.aborted || ports.length === 0) return;
  const txOffload = leavesOffloads(network);
  // As they were when this began, and with it the numbers of their attempts.
  const fresh = ports.map(
    (port): Port => ({ ...port, ...notYetMade, ...nextNames(network.spec, port), txOffload }),
  );
  try {
    // A try that was cut off after the exchange has left the veths that had these names before it.
    await parts.host.apply([
      ...fresh.map((port) => removeLink(port.hostLink)),
      ...makeVeths(network.spec, fresh, { up: false }),
    ]);
    await exchange(parts, network, ports, fresh);
  } catch (error) {
    await parts.host.apply(removeVeths(network.spec, fresh)).catch(() => undefined);
    throw error;
  }
  const old = ports.map(({ hostLink, peerLink }) => ({ hostLink, peerLink }));
  for (const [index, port] of ports.entries()) {
    const { hostLink, peerLink, attempt } = fresh[index] ?? port;
    tellPort(port, { kind: 'relinked', attempt, hostLink, peerLink, txOffload });
  }
  try {
    await untilAttached(parts.ovs, network, ports);
  } finally {
    // The port may go before it is rebuilt again, and takes only its new veth along. A daemon that ends leaves it to the next.
    if (!parts.signal.aborted) await parts.host.apply(removeVeths(network.spec, old));
  }
  for (const [index, port] of ports.entries()) {
    const { attempt } = fresh[index] ?? port;
    tellPort(port, madePort(network, port, attempt));
  }
}

/** The state of a port whose veth is not on the bridge yet. */
const notYetMade = {
  phase: 'building',
  flows: undefined,
  endpoint: undefined,
  held: false,
  reason: undefined,
} as const;

async function exchange(
  parts: Parts,
  network: AttachedNetwork,
  old: readonly Port[],
  fresh: readonly Port[],
): Promise<void> {
  const { engineId } = network.spec;
  const names = old.map((port) => port.hostLink);
  const specs = fresh.map((port) => portSpec(network.spec, port, engineId));
  await parts.ovs.commit((state) => [
    ...planRemovePorts(state, network.spec.bridge, names),
    ...planPorts(state, network.spec.bridge, specs),
  ]);
}

function nextNames(spec: NetworkSpec, port: Port): { hostLink: string; peerLink: string } {
  const generation = parseHostLink(port.hostLink)?.generation === 'a' ? 'b' : 'a';
  return vethNames(spec.id, port.ofPort, generation);
}
