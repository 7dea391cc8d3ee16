import { planPorts, planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { hostPortSpecs } from '../../plan/interfaces/host-port-specs.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';

/**
 * A userspace datapath goes on reading the socket of a device that went, also when one of its name is back; only when the
 * port was gone in between does it open the new one (seen with Open vSwitch 3.1.0).
 */
export function openAgain(parts: Parts, network: AttachedNetwork, name: string): Promise<void> {
  const { bridge } = network.spec;
  return poolTurn(parts, network, async () => {
    if (network.life.signal.aborted) return;
    const { engineId } = network.spec;
    const specs = hostPortSpecs(network, engineId).filter((spec) => spec.name === name);
    await parts.ovs.commit((state) => planRemovePorts(state, bridge, [name]));
    await parts.ovs.settled();
    await parts.ovs.commit((state) => planPorts(state, bridge, specs));
    await parts.ovs.settled();
  });
}
