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

/**
 * Networks whose gateway lets through what its policy does not. One whose datapath Faucet no longer has, as it is being
 * removed, keeps the flows that it had until its bridge goes.
 */
export function findOpenGateways(world: World): string[] {
  const dps = world.faucet.inForce()?.dps;
  return [...world.engine.networks.values()]
    .filter(({ name }) => dps?.has(name))
    .filter((network) => gatewayState(world, network) === 'open')
    .map(({ name }) => `the gateway of ${name} is open`);
}

/** What is wrong with gateways and firewall rules in a world at rest. */
export function findLostGateways(world: World): string[] {
  const networks = [...world.engine.networks.values()];
  const behind = networks.filter(({ options }) => options['ovs.bridge.mode'] !== 'flat');
  const rules = world.iptables.rules('ipv4', 'filter');
  const masquerades = world.iptables.rules('ipv4', 'nat');
  const lacks = (some: readonly string[], network: EngineNetwork): boolean =>
    !some.some((rule) => rule.includes(bridgeOf(network)));
  return behind.flatMap((network) => {
    const { name, options } = network;
    const state = gatewayState(world, network);
    const isMasqueraded = options['ovs.bridge.mode'] === 'nat';
    return [
      ...(state === 'proven' ? [] : [`the gateway of ${name} is ${state}`]),
      ...(lacks(rules, network) ? [`${name} has no rules`] : []),
      ...(isMasqueraded && lacks(masquerades, network) ? [`${name} is not masqueraded`] : []),
      // What goes to a routed network is dropped only if it comes from a nat network.
      ...(isMasqueraded && rules[0] !== '-A FORWARD -j DOVESNAP-DROP'
        ? ['nothing leads to our drops first']
        : []),
    ];
  });
}
