import { unsealLink } from '@dovesnap/netns';
import { planBridge, planPorts, planRemoveBridge } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { tellPort } from '../../domain/port-life.ts';
import type { DockerNetwork } from '../../edges/edges.ts';
import { hostPortSpecs } from '../../plan/interfaces/host-port-specs.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import { removeVeths } from '../../plan/pool/port-links.ts';
import type { CreateNetworkRequest } from '../../protocol/network-driver.ts';
import type { Ending } from '../core/ending.ts';
import type { Feature } from '../core/feature.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { PauseEnd } from '../core/retries.ts';
import { checkInFaucet } from '../faucet/check-in-faucet.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { sayVlanSettings } from '../faucet/say-vlan-settings.ts';
import type { VlanOut } from '../faucet/vlan-out.ts';
import type { Flows } from '../flows/flows.ts';
import { checkHostPorts, rememberHostPorts } from '../interfaces/check-host-ports.ts';
import type { Offloads } from '../interfaces/offloads.ts';
import { checkAclOptions } from '../policy/check-acl-options.ts';
import type { Pool } from '../pool/pool.ts';
import { commitNetwork } from '../records/commit-network.ts';
import { learnGateway } from '../records/learn-gateway.ts';
import type { FirewallRules } from './firewall-rules.ts';
import type { Gateways } from './gateways.ts';
import {
  checkIsServed,
  checkNothingIsTaken,
  checkSubnets,
  type NetworkBirth,
  newNetwork,
} from './new-network.ts';

/** Whole networks: made, named, removed. */
export interface Networks {
  /** Validates, commits bridge and record. @throws DovesnapError. */
  create(request: CreateNetworkRequest, ending: Pick<Ending, 'signal'>): Promise<void>;
  /** Makes the network from its record or request without touching the switch. */
  adopt(request: CreateNetworkRequest, birth: NetworkBirth): Promise<AttachedNetwork>;
  /** Docker has told the network's name: what follows from it begins. */
  named(network: AttachedNetwork, docker: DockerNetwork): Promise<void>;
  /** Takes all of it away; each step is tried even when another fails. */
  remove(networkId: string): Promise<void>;
}

/** What {@link Networks} works with. */
export interface NetworksServices {
  readonly registry: Registry;
  readonly pool: Pool;
  readonly datapaths: Datapaths;
  readonly vlanOut: VlanOut;
  readonly gateways: Gateways;
  readonly rules: FirewallRules;
  readonly flows: Flows;
  readonly desk: FaucetDesk;
  readonly offloads: Offloads;
  readonly features: readonly Feature[];
}

/** Makes {@link Networks}. */
export function networks(parts: Parts, services: NetworksServices): Networks {
  const { registry, pool, gateways, rules, flows, desk } = services;
  const { offloads, features } = services;
  const inTurn = <T>(id: string, task: () => Promise<T>): Promise<T> =>
    parts.turns.take(['network', id], task);
  const takeAway = async (network: AttachedNetwork): Promise<void> => {
    network.life.abort(new DovesnapError('UNKNOWN_NETWORK', 'the network is being removed'));
    registry.leaving(network.spec.id);
    await pool.idle(network);
    const ports = [...network.ports.values()];
    await removeAll(parts, network, removalsOf(parts, services, network, ports));
    registry.remove(network.spec.id);
    // What was in the way of others may have gone with it.
    parts.retries.startOver();
  };
  return {
    adopt: (request, birth) => newNetwork(parts, features, request, birth),
    create: (request, { signal }) =>
      inTurn(request.NetworkID, async () => {
        if (registry.find(request.NetworkID) !== undefined) return;
        const birth = { createdAt: parts.clock.now(), engineId: await parts.engineId() };
        const network = await newNetwork(parts, features, request, birth);
        checkIsServed(network.spec);
        await checkNothingIsTaken(parts, registry, network.spec);
        await checkSubnets(parts, network.spec);
        for (const feature of features) await feature.check?.(network);
        await checkAclOptions(parts, desk, registry, network);
        await checkHostPorts(parts, desk, network.spec, registry.all());
        await checkInFaucet(desk, network);
        registry.add(network);
        try {
          await makeBridge(parts, network, features);
          flows.follow(network);
          sayVlanSettings(parts, network, await desk.model().catch(() => desk.latest));
          await offloads.assert(network);
          for (const feature of features) await feature.assert?.();
          for (const feature of features) feature.tend?.(network);
          await gateways.assert(network);
          await rules.assert(undefined);
          // Docker has been told that there is no such network.
          signal.throwIfAborted();
        } catch (error) {
          await takeAway(network);
          throw error;
        }
      }),
    named: async (network, docker) => {
      const isNew = network.record.name !== docker.name;
      await learnGateway(parts.docker, network, docker);
      if (isNew) {
        registry.setName(network, docker.name);
        takeOverDefault(network);
      }
      await commitNetwork(parts, network);
      pool.tend(network);
    },
    remove: (networkId) =>
      inTurn(networkId, async () => {
        const network = registry.find(networkId);
        if (network !== undefined) await takeAway(network);
      }),
  };
}

/**
 * Which ACLs are a network's default follows from its name: free ports that were begun before it was known take them
 * over. Faucet has not heard of them yet, as it knows datapaths by their name; their records follow with the next repair.
 */
function takeOverDefault(network: AttachedNetwork): void {
  for (const port of network.ports.values()) {
    tellPort(port, { kind: 'acls-defaulted', acls: defaultAcls(network) });
  }
}

/** Makes the bridge, with the host interfaces that belong to it, in one transaction. */
async function makeBridge(
  parts: Parts,
  network: AttachedNetwork,
  features: readonly Feature[],
): Promise<void> {
  const { engineId } = network.spec;
  await rememberHostPorts(parts, network);
  const spec = bridgeSpec(network, engineId, { controllers: false });
  const ports = hostPortSpecs(network, engineId);
  await parts.ovs.commit((state) => [
    ...planBridge(state, spec),
    ...planPorts(state, spec.name, ports),
  ]);
  await parts.ovs.until((state) => rowOf(state, network.spec, spec.name)?.ofPort !== undefined);
  for (const feature of features) await feature.enter?.(network);
}

/** What to remove, `the bridge`, and how: told, from the second time on, why it is tried again. */
type Removals = readonly (readonly [string, (why?: PauseEnd) => Promise<unknown>])[];

/** What is to be removed with a network, in this order. */
function removalsOf(
  parts: Parts,
  services: NetworksServices,
  network: AttachedNetwork,
  ports: readonly Port[],
): Removals {
  const { registry, datapaths, vlanOut, rules, flows, features } = services;
  return [
    ...[...features]
      .reverse()
      .flatMap(
        ({ what, leave }): Removals => (leave === undefined ? [] : [[what, () => leave(network)]]),
      ),
    [
      'the seals of ports that others have added',
      () => parts.host.apply([...network.observation.sealed.keys()].map(unsealLink)),
    ],
    ['the links', () => parts.host.apply(removeVeths(network.spec, ports))],
    [
      'the bridge',
      async () => {
        await parts.ovs.commit((state) => planRemoveBridge(state, network.spec.bridge));
        await parts.ovs.settled();
        registry.gone(network.spec.id);
      },
    ],
    // What is to be made real again of each feature once a network has gone.
    ...features.flatMap(
      ({ what, assert }): Removals => (assert === undefined ? [] : [[what, assert]]),
    ),
    ['the flow monitor', () => flows.forget(network)],
    ['the datapath in faucet.yaml', (why) => datapaths.remove(network, why)],
    ['the ACL on the output of the VLAN', () => vlanOut.sweep()],
    // They are tried again, and shown, as what is wanted of all networks.
    ['the rules', () => rules.assert(undefined).catch(() => undefined)],
  ];
}

/** Tries each even when another fails, and again, in the background, what has failed. */
async function removeAll(
  parts: Parts,
  { record, spec }: AttachedNetwork,
  removals: Removals,
): Promise<void> {
  for (const [what, remove] of removals) {
    try {
      await remove();
    } catch (error) {
      // Without the network itself: it is gone, and what fails of networks that go is not shown.
      const effect = { what: `remove ${what} of network ${record.name ?? spec.bridge}` };
      parts.failures.note(effect, error);
      parts.retries.keepTrying(effect, remove, parts);
    }
  }
}
