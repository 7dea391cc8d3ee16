import type { DockerEvent } from '../../edges/edges.ts';
import type { Feature } from '../core/feature.ts';
import { listen } from '../core/listen.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import type { Keeper } from '../core/upkeep.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import type { ContainerLinks } from '../endpoints/container-links.ts';
import { controllerWatch } from '../faucet/controller-watch.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { VlanOut } from '../faucet/vlan-out.ts';
import type { Flows } from '../flows/flows.ts';
import type { HostPortLinks } from '../interfaces/host-port-links.ts';
import type { Offloads } from '../interfaces/offloads.ts';
import type { OtherPortsWatch } from '../interfaces/other-ports-watch.ts';
import { allOfFirewall, type FirewallNews, firewallNews } from '../networks/firewall-news.ts';
import type { FirewallRules } from '../networks/firewall-rules.ts';
import type { Networks } from '../networks/networks.ts';
import type { OutOfBand } from '../networks/out-of-band.ts';
import type { RepairNetwork } from '../networks/repair-network.ts';
import type { Pool } from '../pool/pool.ts';
import type { DriftRepair } from '../upkeep/drift-repair.ts';
import type { LostFlows } from '../upkeep/lost-flows.ts';
import type { TakenNumbers } from '../upkeep/numbers-watch.ts';
import type { PolicyWatch } from '../upkeep/policy-watch.ts';
import { dockerSurvey } from './docker-survey.ts';
import type { DockerWatch } from './docker-watch.ts';
import { passes } from './passes.ts';
import { tendBy, upkeepList } from './upkeep-list.ts';

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
  readonly rules: FirewallRules;
  readonly seals: Keeper<undefined>;
  readonly flows: Flows;
  readonly desk: FaucetDesk;
  readonly docker: DockerWatch;
  readonly repair: RepairNetwork;
  readonly outOfBand: OutOfBand;
  readonly drift: DriftRepair;
  readonly lostFlows: LostFlows;
  readonly others: OtherPortsWatch;
  readonly hostPortLinks: HostPortLinks;
  readonly containerLinks: ContainerLinks;
  readonly numbers: TakenNumbers;
  readonly vlanOut: VlanOut;
  readonly offloads: Offloads;
  readonly features: readonly Feature[];
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
  const tend = tendBy(registry, upkeepList(services));
  const networksOnSwitch = passes(parts, services, tend);
  const survey = dockerSurvey(parts, services, networksOnSwitch);
  const onDocker = async (event: DockerEvent): Promise<void> => {
    if (event.kind === 'away') return;
    tend({ kind: 'docker' });
    if (event.kind === 'serving') return survey.look(undefined);
    if (bringsLink(event)) await services.containerLinks.learn(event.containerId);
    if (event.kind === 'container' && event.action === 'rename') {
      attachments.rename(registry.all(), event.containerId, event.containerName);
    }
    if (event.kind !== 'network') return;
    const network = registry.find(event.networkId);
    // The call that said so has reached no daemon, or one that has ended since.
    if (event.action === 'destroy' && network !== undefined) return survey.look(undefined);
    if (event.action !== 'create') return;
    const found = network === undefined ? undefined : await parts.docker.network(event.networkId);
    if (network !== undefined && found !== undefined) await networks.named(network, found);
  };
  const { startOverWhenLive, changedByOthers } = freshStarts(parts);
  const askFaucet = controllerWatch(parts, registry);
  const report = (err: unknown): void => {
    if (!signal.aborted) log.error({ err }, 'could not process an event of Docker');
  };
  return {
    run: async () => {
      await Promise.all([
        forEach(parts.ovs.changes({ signal }), async () => {
          startOverWhenLive();
          await networksOnSwitch.assert(undefined).catch(triesAgain);
          await parts.clock.sleep(gatherMs, signal);
        }),
        forEach(parts.ovs.changes({ signal }), async () => askFaucet()),
        // Beside the passes, which wait for the pool's work.
        forEach(parts.ovs.changes({ signal }), async () => tend({ kind: 'switch' })),
        forEach(parts.ovs.changes({ signal }), async () => {
          tend({ kind: 'ports' });
          await parts.clock.sleep(gatherMs, signal);
        }),
        listen(parts, {
          what: 'links',
          news: () => parts.host.changes({ signal, everywhere: true }),
          heard: (news) => tend({ kind: 'link', news }),
          missed: () => tend({ kind: 'links' }),
        }),
        // Not one after another: while one event is followed up, dockerd may tell that it goes.
        forEach(parts.docker.events({ signal }), async (event) => {
          onDocker(event).catch(report);
        }),
        forEach(parts.faucet.changes({ signal }), async () => {
          const byOthers = changedByOthers();
          await desk.model().catch(() => undefined);
          // What was refused may be in order when others have changed the file.
          tend({ kind: byOthers ? 'by-others' : 'faucet' });
        }),
        watchFirewall(parts, registry, ({ rules, seals }) => {
          if (rules) tend({ kind: 'rules' });
          if (seals) tend({ kind: 'seals' });
        }),
      ]);
    },
  };
}

/** Listens from when all networks are known: without one of them its rules would be taken for those of one that went. */
async function watchFirewall(
  parts: Parts,
  registry: Pick<Registry, 'untilComplete'>,
  heard: (news: FirewallNews) => void,
): Promise<void> {
  await registry.untilComplete(parts.signal);
  const news = () => firewallNews(parts);
  const missed = (): void => heard(allOfFirewall);
  await listen(parts, { what: 'firewall rules', news, heard, missed });
}

/** Whether a container has an interface by now that it had not before. */
function bringsLink({ action }: { readonly action: string }): boolean {
  return action === 'start' || action === 'connect';
}

/** What cannot be done says so itself, and is tried again. */
const triesAgain = (): void => undefined;

async function forEach<T>(
  source: AsyncIterable<T>,
  act: (item: T) => Promise<void>,
): Promise<void> {
  for await (const item of source) await act(item);
}

/** Ends the pauses after failures when what they depend on has changed. */
function freshStarts({ ovs, faucet, retries }: Pick<Parts, 'ovs' | 'faucet' | 'retries'>) {
  let changes = 0;
  let wasLive = false;
  return {
    startOverWhenLive: (): void => {
      if (ovs.live && !wasLive) retries.startOver();
      wasLive = ovs.live;
    },
    /** Answers whether somebody else has changed faucet.yaml since it was last asked. */
    changedByOthers: (): boolean => {
      const before = changes;
      changes = faucet.status().changesByOthers;
      if (changes === before) return false;
      retries.startOver();
      return true;
    },
  };
}
