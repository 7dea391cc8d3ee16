import {
  type BridgeState,
  findBridge,
  type PortState,
  planBridge,
  planExternalIds,
  planPorts,
} from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { treatmentsOn } from '../../domain/network-feature.ts';
import { changePortRecord, remembersEndpoint } from '../../domain/record.ts';
import { isInFaucet } from '../../plan/faucet/faucet-edits.ts';
import { hostPortSpecs } from '../../plan/interfaces/host-port-specs.ts';
import { bridgeSpec, portRecord, portSpec } from '../../plan/networks/bridge-spec.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Gateways } from './gateways.ts';

/** Makes the switch and the gateway of a network what they are wanted to be; does nothing when they are. */
export type RepairNetwork = (network: AttachedNetwork) => Promise<void>;

/** Makes {@link RepairNetwork}. */
export function repairNetwork(parts: Parts, desk: FaucetDesk, gateways: Gateways): RepairNetwork {
  /**
   * The local port's device as it was when its addresses were last put in place. On a userspace bridge the switch's exit
   * takes the device away with addresses and routes.
   */
  const asserted = new Map<AttachedNetwork, number | undefined>();
  const repairSwitch = (network: AttachedNetwork): Promise<void> =>
    poolTurn(parts, network, async () => {
      if (network.life.signal.aborted) return;
      const { engineId } = network.spec;
      // A Faucet that has yet to load what we wrote may know the datapath as an operator declared it, and a gateway that
      // gets its VLAN after the bridge has connected to Faucet gets no flows (faucet 1.10.12).
      const isWritten = desk.latest !== undefined && isInFaucet(network, desk.latest);
      const spec = bridgeSpec(network, engineId, { controllers: isWritten && desk.inForce });
      const ports = [...network.ports.values()].filter((port) => port.phase !== 'building');
      const specs = ports.map((port) => portSpec(network.spec, port, engineId));
      await parts.ovs.commit((state) => [
        ...planBridge(state, spec),
        ...planPorts(state, spec.name, [...specs, ...hostPortSpecs(network, engineId)]),
        ...leftEndpoints(findBridge(state, spec.name), ports).flatMap((port) => {
          const record = portRecord(network.spec, port, engineId);
          const change = changePortRecord(record, treatmentsOn(network.spec));
          return planExternalIds(state, 'Interface', port.hostLink, change);
        }),
      ]);
    });
  return async (network) => {
    await repairSwitch(network);
    const local = rowOf(parts.ovs.state(), network.spec, network.spec.bridge);
    if (local?.ofPort === undefined || asserted.get(network) === local.ifindex) return;
    await gateways.assert(network);
    asserted.set(network, local.ifindex);
  };
}

/** Free ports whose rows remember an endpoint: it left while the switch was away. */
function leftEndpoints(bridge: BridgeState | undefined, ports: readonly Port[]): readonly Port[] {
  const remembering = new Set((bridge?.ports ?? []).filter(hasEndpoint).map((port) => port.name));
  return ports.filter(({ endpoint, hostLink }) => !endpoint && remembering.has(hostLink));
}

function hasEndpoint({ interfaces }: PortState): boolean {
  return interfaces.some(({ externalIds }) => remembersEndpoint(externalIds));
}
