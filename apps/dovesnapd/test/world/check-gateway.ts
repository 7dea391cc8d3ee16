import { allowAllAcl, localOfPort, localSwitchPort } from '../../src/domain/names.ts';
import type { EngineNetwork } from './docker-engine.ts';
import { type FlowState, policyState } from './flow-state.ts';
import { hostNamespace } from './host-links.ts';
import type { World } from './open-world.ts';

/** The name of a network's bridge, which is also that of the gateway's port. */
export function bridgeOf({ id }: Pick<EngineNetwork, 'id'>): string {
  return `odsbr${id.slice(0, 10)}`;
}

/**
 * How the port of a network's gateway is: `closed`: the switch takes nothing from it; otherwise how its flows stand to its
 * policy. Undefined: it has none, or is down.
 */
export function gatewayState(
  { ovs, ofctl, host, faucet }: World,
  network: Pick<EngineNetwork, 'id' | 'options'>,
): FlowState | 'closed' | undefined {
  const { options } = network;
  const bridge = bridgeOf(network);
  const isUp = host.find(hostNamespace, bridge)?.up === true && ovs.portOf(bridge) !== undefined;
  if (options['ovs.bridge.mode'] === 'flat' || !isUp) return undefined;
  if (ofctl.isBlocked(bridge, bridge)) return 'closed';
  return policyState(faucet.inForce(), {
    acls: options['ovs.bridge.nat_acl']?.split(',') ?? [allowAllAcl],
    flows: ovs.flows.flowsOf(bridge, localSwitchPort),
    number: localOfPort,
  });
}
