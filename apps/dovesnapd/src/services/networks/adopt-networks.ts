import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { parseNetworkRecord } from '../../domain/record.ts';
import { adoptPorts } from '../../plan/pool/adopt-ports.ts';
import type { CreateNetworkRequest } from '../../protocol/network-driver.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { Networks } from './networks.ts';

/**
 * Takes up the networks that the switch remembers and this daemon does not know yet. Whoever asks meanwhile waits: two
 * would make two of a network, and what Docker asks of the first is not known to the second.
 */
export function adoptNetworks(
  parts: Parts,
  registry: Registry,
  networks: Networks,
): Promise<readonly AttachedNetwork[]> {
  return parts.turns.take(['adoption'], () => adoptUnknown(parts, registry, networks));
}

async function adoptUnknown(
  parts: Parts,
  registry: Registry,
  networks: Networks,
): Promise<readonly AttachedNetwork[]> {
  const engineId = await parts.engineId();
  const adopted: AttachedNetwork[] = [];
  for (const bridge of parts.ovs.state().bridges) {
    const record = parseNetworkRecord(bridge.externalIds);
    if (record === undefined || record.engineId !== engineId) continue;
    if (registry.find(record.networkId) !== undefined) continue;
    if (registry.isLeaving(record.networkId)) continue;
    if (parts.turns.isTaken(['network', record.networkId])) continue;
    const request = JSON.parse(record.request) as CreateNetworkRequest;
    const network = await networks.adopt(request, record);
    network.gatewayGiven = record.gatewayGiven;
    network.gatewayBefore = record.gatewayBefore;
    for (const [ofPort, name] of record.inFaucet) network.others.inFaucet.set(ofPort, name);
    for (const [name, before] of record.taken) network.others.taken.set(name, before);
    for (const name of record.blocked)
      network.blocked.set(name, 'it was before the daemon started');
    for (const port of adoptPorts(record.networkId, bridge)) network.ports.set(port.ofPort, port);
    network.name = record.name;
    registry.add(network);
    const found = { network: record.name, ports: network.ports.size };
    parts.log.info(found, 'restored a network from the switch');
    adopted.push(network);
  }
  return adopted;
}
