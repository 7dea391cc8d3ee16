import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { type BridgeRecord, parseBridgeRecord } from '../../domain/record.ts';
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
    const kept = parseBridgeRecord(bridge.externalIds);
    if (kept === undefined || kept.engineId !== engineId) continue;
    if (registry.find(kept.networkId) !== undefined) continue;
    if (registry.isLeaving(kept.networkId)) continue;
    if (parts.turns.isTaken(['network', kept.networkId])) continue;
    const request = JSON.parse(kept.request) as CreateNetworkRequest;
    const network = await networks.adopt(request, { ...kept, record: recordIn(kept) });
    for (const port of adoptPorts(network.spec, bridge)) network.ports.set(port.ofPort, port);
    registry.add(network);
    const found = { network: kept.name, ports: network.ports.size };
    parts.log.info(found, 'restored a network from the switch');
    adopted.push(network);
  }
  return adopted;
}

function recordIn(kept: BridgeRecord): NetworkRecord {
  const { name, gatewayGiven, gatewayBefore, inFaucet, taken } = kept;
  const blocked = new Map(kept.blocked.map((port) => [port, 'it was before the daemon started']));
  return { name, gatewayGiven, gatewayBefore, inFaucet, taken, blocked };
}
