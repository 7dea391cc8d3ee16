import { planBridge, planPorts, planRemoveBridge } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { addedPortSpecs } from '../../plan/interfaces/added-ports.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import { removeVeths } from '../../plan/pool/port-links.ts';
import type { CreateNetworkRequest } from '../../plugin/driver.ts';
import type { DockerNetwork } from '../../ports.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { VlanOut } from '../faucet/vlan-out.ts';
import type { Flows } from '../flows/flows.ts';
import type { AddedPorts } from '../interfaces/added-ports.ts';
import type { BoundInterfaces } from '../interfaces/bound-interfaces.ts';
import type { Offloads } from '../interfaces/offloads.ts';
import { checkLbPort } from '../mirror/mirror-port.ts';
import type { Mirroring } from '../mirror/mirroring.ts';
import type { Parts } from '../parts.ts';
import { checkAclOptions } from '../policy/check-acl-options.ts';
import { defaultAcls } from '../policy/policy.ts';
import type { Pool } from '../pool/pool.ts';
import type { Registry } from '../registry.ts';
import { commitNetwork } from './commit-network.ts';
import type { Gateways } from './gateways.ts';
import { learnGateway } from './learn-gateway.ts';
import { checkNothingIsTaken, type NetworkBirth, newNetwork } from './new-network.ts';

/** Whole networks: made, named, removed. */
export interface Networks {
  /** Validates, commits bridge and record. @throws DovesnapError. */
  create(request: CreateNetworkRequest): Promise<void>;
  /** Makes the network from its record or request without touching the switch. */
  adopt(request: CreateNetworkRequest, birth: NetworkBirth): Promise<AttachedNetwork>;
  /** Docker has told the network's name: what follows from it begins. */
  named(network: AttachedNetwork, docker: DockerNetwork): Promise<void>;
  /** Takes all of it away; each step is tried even when another fails. */
  remove(networkId: string): Promise<void>;
}

/** Makes {@link Networks}. */
export function networks(
  parts: Parts,
  services: {
    readonly registry: Registry;
    readonly pool: Pool;
    readonly datapaths: Datapaths;
    readonly vlanOut: VlanOut;
    readonly gateways: Gateways;
    readonly flows: Flows;
    readonly desk: FaucetDesk;
    readonly added: AddedPorts;
    readonly offloads: Offloads;
    readonly mirroring: Mirroring;
    readonly bound: BoundInterfaces;
  },
): Networks {
  const { registry, pool, datapaths, vlanOut, gateways, flows, desk, added } = services;
  const { offloads, mirroring, bound } = services;
  const inTurn = <T>(id: string, task: () => Promise<T>): Promise<T> =>
    parts.serial.run(`network:${id}`, task);
  const takeAway = async (network: AttachedNetwork): Promise<void> => {
    network.life.abort(new DovesnapError('UNKNOWN_NETWORK', 'the network is being removed'));
    await pool.idle(network);
    const ports = [...network.ports.values()];
    await tryAll(parts, network, {
      'the bound interface': () => bound.giveBack(network),
      'the host interfaces': () => added.giveBack(network),
      'the links': () => parts.host.apply(removeVeths(network, ports)),
      'the bridge': async () => {
        await parts.ovs.commit((state) => planRemoveBridge(state, network.spec.bridge));
        await parts.ovs.settled();
      },
      'the link to the mirror': () => mirroring.assert(),
      'the flow monitor': () => flows.forget(network),
      'the datapath in faucet.yaml': () => datapaths.remove(network),
      'the ACL on the output of the VLAN': () => vlanOut.sweep(),
      'the rules': () => gateways.assertRules(),
    });
    registry.remove(network.spec.id);
  };
  return {
    adopt: (request, birth) => newNetwork(parts, request, birth),
    create: (request) =>
      inTurn(request.NetworkID, async () => {
        if (registry.find(request.NetworkID) !== undefined) return;
        const birth = { createdAt: parts.clock.now(), engineId: await parts.engineId() };
        const network = await newNetwork(parts, request, birth);
        await checkNothingIsTaken(parts, registry, network);
        await checkAclOptions(parts, desk, registry, network.spec);
        checkLbPort(parts, network);
        await added.check(network, registry.all());
        registry.add(network);
        try {
          await makeBridge(parts, network, added);
          flows.follow(network);
          await offloads.look(network);
          if (network.mirrorPort !== undefined) await mirroring.assert();
          bound.look(network);
          await gateways.assert(network);
          await gateways.assertRules();
        } catch (error) {
          await takeAway(network);
          throw error;
        }
      }),
    named: async (network, docker) => {
      const isNew = network.name !== docker.name;
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
    if (port.endpoint === undefined && port.phase !== 'ready') port.acls = defaultAcls(network);
  }
}

/** Makes the bridge, with the host interfaces that belong to it, in one transaction. */
async function makeBridge(
  parts: Parts,
  network: AttachedNetwork,
  added: AddedPorts,
): Promise<void> {
  const { engineId } = network;
  await added.remember(network);
  const spec = bridgeSpec(network, engineId, { controllers: false });
  const ports = addedPortSpecs(network, engineId);
  await parts.ovs.commit((state) => [
    ...planBridge(state, spec),
    ...planPorts(state, spec.name, ports),
  ]);
  await parts.ovs.until((state) => rowOf(state, network, spec.name)?.ofPort !== undefined);
  await added.take(network);
}

async function tryAll(
  parts: Parts,
  network: AttachedNetwork,
  steps: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  for (const [what, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (err) {
      parts.log.error(
        { network: network.name, bridge: network.spec.bridge, err },
        `could not remove ${what}`,
      );
    }
  }
}
