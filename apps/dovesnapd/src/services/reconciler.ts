import type { AttachedNetwork } from '../domain/attached-network.ts';
import type { DockerEvent } from '../ports.ts';
import { cleanUp } from './clean-up.ts';
import type { DockerWatch } from './docker-watch.ts';
import type { Attachments } from './endpoints/attachments.ts';
import { learnContainerLinks } from './endpoints/learn-container-links.ts';
import { controllerWatch } from './faucet/controller-watch.ts';
import type { DriftRepair } from './faucet/drift-repair.ts';
import type { FaucetDesk } from './faucet/faucet-desk.ts';
import type { VlanOut } from './faucet/vlan-out.ts';
import type { Flows } from './flows/flows.ts';
import type { LostFlows } from './flows/lost-flows.ts';
import type { BoundInterfaces } from './interfaces/bound-interfaces.ts';
import type { Offloads } from './interfaces/offloads.ts';
import type { OtherPortsWatch } from './interfaces/other-ports.ts';
import type { Mirroring } from './mirror/mirroring.ts';
import { adoptNetworks } from './networks/adopt-networks.ts';
import type { Gateways } from './networks/gateways.ts';
import type { Networks } from './networks/networks.ts';
import type { RepairNetwork } from './networks/repair-network.ts';
import type { Parts } from './parts.ts';
import type { PolicyWatch } from './policy/policy-watch.ts';
import type { Pool } from './pool/pool.ts';
import type { TakenNumbers } from './pool/taken-numbers.ts';
import type { Registry } from './registry.ts';

/** Between two tries to get a complete list from a Docker that answers with errors, milliseconds. */
const lookAgainMs = 2000;

/**
 * Time between two passes, milliseconds. One container that starts changes rows of the switch a dozen times, and a pass
 * costs the more the more ports there are.
 */
const gatherMs = 100;

/** What the reconciler works with. */
export interface ReconcilerServices {
  readonly registry: Registry;
  readonly networks: Networks;
  readonly pool: Pool;
  readonly attachments: Attachments;
  readonly gateways: Gateways;
  readonly flows: Flows;
  readonly desk: FaucetDesk;
  readonly docker: DockerWatch;
  readonly repair: RepairNetwork;
  readonly repairDrift: DriftRepair;
  readonly lostFlows: LostFlows;
  readonly others: OtherPortsWatch;
  readonly bound: BoundInterfaces;
  readonly numbers: TakenNumbers;
  readonly vlanOut: VlanOut;
  readonly offloads: Offloads;
  readonly mirroring: Mirroring;
  readonly policies: PolicyWatch;
  /** Told how long a pass took, seconds. */
  readonly observe: (seconds: number) => void;
}

/** Keeps what is there equal to what is wanted, until the daemon stops. */
export interface Reconciler {
  run(): Promise<void>;
}

/** Makes the {@link Reconciler}: it acts on changes of the switch, of Docker and of faucet.yaml, and on nothing else. */
export function reconciler(parts: Parts, services: ReconcilerServices): Reconciler {
  const { registry, networks, attachments, desk } = services;
  const { signal, log } = parts;

  const pass = async (): Promise<void> => {
    if (!parts.ovs.live) return;
    const startedAt = parts.clock.now();
    const adopted = await adoptNetworks(parts, registry, networks);
    registry.complete();
    for (const network of registry.all()) await repair(parts, services, network);
    await services.mirroring.assert();
    lookAtPorts(services, adopted);
    for (const network of adopted) services.flows.follow(network);
    carryOn(services);
    services.observe((parts.clock.now() - startedAt) / 1000);
  };
  const lookAtDocker = async (): Promise<void> => {
    while (parts.docker.serving && !signal.aborted) {
      try {
        await pass();
        await services.docker.look();
        await services.gateways.assertRules();
        await cleanUp(parts, registry, desk);
        await services.vlanOut.sweep();
        return;
      } catch (err) {
        log.warn({ err }, 'Docker or the switch gave no complete answer: nothing is removed');
        await parts.clock.sleep(lookAgainMs, signal);
      }
    }
  };
  const onDocker = async (event: DockerEvent): Promise<void> => {
    if (event.kind === 'away') return;
    for (const network of registry.all()) services.bound.look(network, { anew: true });
    if (event.kind === 'serving') return lookAtDocker();
    if (event.action === 'start' || event.action === 'connect') {
      await learnContainerLinks(parts, registry.all(), event.containerId);
    }
    if (event.kind === 'container' && event.action === 'rename') {
      attachments.rename(registry.all(), event.containerId, event.containerName);
    }
    if (event.kind !== 'network' || event.action !== 'create') return;
    const network = registry.find(event.networkId);
    const found = network === undefined ? undefined : await parts.docker.network(event.networkId);
    if (network !== undefined && found !== undefined) await networks.named(network, found);
  };
  const askFaucet = controllerWatch(parts, registry);
  const report = (what: string) => (err: unknown) => {
    if (!signal.aborted) log.error({ err }, `${what} could not be followed up`);
  };
  return {
    run: async () => {
      await Promise.all([
        forEach(parts.ovs.changes({ signal }), async () => {
          await pass().catch(report('a change of the switch'));
          await parts.clock.sleep(gatherMs, signal);
        }),
        forEach(parts.ovs.changes({ signal }), async () => askFaucet()),
        // Beside the passes, which wait for the pool's work.
        forEach(parts.ovs.changes({ signal }), async () => {
          lookAtPorts(services, registry.all());
          await parts.clock.sleep(gatherMs, signal);
        }),
        // Not one after another: while one event is followed up, dockerd may tell that it goes.
        forEach(parts.docker.events({ signal }), async (event) => {
          onDocker(event).catch(report('an event of Docker'));
        }),
        forEach(parts.faucet.changes({ signal }), () =>
          onFaucet(services, report).catch(report('a change of faucet.yaml')),
        ),
      ]);
    },
  };
}

/** Follows up the ports that no container is behind; `anew`: also what has failed and stands as it stood then. */
function lookAtPorts(
  { others, bound, policies }: ReconcilerServices,
  networks: readonly AttachedNetwork[],
  options?: { readonly anew: boolean },
): void {
  for (const network of networks) {
    others.look(network);
    policies.look(network);
    bound.look(network, options);
  }
}

/** Tries again what waits on the networks. */
function carryOn({ registry, attachments, pool, offloads }: ReconcilerServices): void {
  for (const network of registry.all()) {
    attachments.resume(network);
    offloads.tend(network);
    if (network.name !== undefined) pool.tend(network);
  }
}

/** Looks at what faucet.yaml, or Faucet, says now. */
async function onFaucet(
  services: ReconcilerServices,
  report: (what: string) => (err: unknown) => void,
): Promise<void> {
  await services.desk.model().catch(() => undefined);
  lookAtPorts(services, services.registry.all(), { anew: true });
  for (const network of services.registry.all()) {
    services.attachments.reconsider(network);
    services.lostFlows.look(network);
    services.repairDrift(network).catch(report('what somebody changed in faucet.yaml'));
  }
}

async function forEach<T>(
  source: AsyncIterable<T>,
  act: (item: T) => Promise<void>,
): Promise<void> {
  for await (const item of source) await act(item);
}

async function repair(
  parts: Parts,
  services: ReconcilerServices,
  network: AttachedNetwork,
): Promise<void> {
  if (parts.serial.busy(`network:${network.spec.id}`)) return;
  try {
    await services.repair(network);
    await services.numbers.look(network);
    network.notes.delete('repair');
  } catch (error) {
    if (network.life.signal.aborted) return;
    network.notes.set('repair', (error as Error).message);
    parts.log.warn({ network: network.name, err: error }, 'the network could not be repaired yet');
  }
}
