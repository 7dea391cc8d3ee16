import { planPorts, planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { parseHostLink, vethNames } from '../domain/names.ts';
import { portSpec } from '../plan/bridge-spec.ts';
import { makeVeths, removeVeths } from '../plan/port-links.ts';
import type { Parts } from './parts.ts';
import { untilAttached } from './until-attached.ts';

/**
 * Gives ports fresh veths under their old numbers, so that nothing a container did to its interface meets the next one.
 *
 * The new veth has another name: a userspace datapath goes on reading the socket of a device that was deleted and made
 * again under one name in quick succession, and the port is dead (seen with OVS 3.1.0). Faucet keeps the port's flows
 * through the exchange because its interface says `opstatus_reconf: false`.
 */
export async function rebuildPorts(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const { signal } = network.life;
  if (signal.aborted || ports.length === 0) return;
  const old = ports.map(({ hostLink, peerLink }) => ({ hostLink, peerLink }));
  for (const port of ports) Object.assign(port, nextNames(network, port));
  await parts.host.apply([
    ...removeVeths(network, ports),
    ...makeVeths(network, ports, { up: false }),
  ]);
  const engineId = await parts.engineId();
  const specs = ports.map((port) => portSpec(network, port, engineId));
  const oldNames = old.map((port) => port.hostLink);
  await parts.ovs.commit((state) => [
    ...planRemovePorts(state, network.spec.bridge, oldNames),
    ...planPorts(state, network.spec.bridge, specs),
  ]);
  await untilAttached(parts.ovs, network, ports);
  await parts.host.apply(removeVeths(network, old));
  for (const port of ports) port.phase = 'warming';
}

function nextNames(network: AttachedNetwork, port: Port): { hostLink: string; peerLink: string } {
  const generation = parseHostLink(port.hostLink)?.generation === 'a' ? 'b' : 'a';
  return vethNames(network.spec.id, port.ofPort, generation);
}
