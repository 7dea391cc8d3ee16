import type { FaucetStatus } from '@dovesnap/faucet-config';
import type { Config } from './config.ts';
import type { AttachedNetwork } from './domain/attached-network.ts';
import { shortEngineId } from './domain/engine-id.ts';
import type { Log } from './log.ts';
import { openParts } from './open-parts.ts';
import type { NetworkDriver } from './plugin/driver.ts';
import type { CallIds } from './plugin/server.ts';
import type { DockerNetwork } from './ports.ts';
import { dockerWatch } from './services/docker-watch.ts';
import { driver } from './services/driver.ts';
import { admission } from './services/endpoints/admission.ts';
import { attachments } from './services/endpoints/attachments.ts';
import { endpoints } from './services/endpoints/endpoints.ts';
import { movedMacs } from './services/endpoints/moved-macs.ts';
import { opening } from './services/endpoints/opening.ts';
import type { EngineId } from './services/engine-id.ts';
import { datapaths } from './services/faucet/datapaths.ts';
import { driftRepair } from './services/faucet/drift-repair.ts';
import { type FaucetDesk, faucetDesk } from './services/faucet/faucet-desk.ts';
import { vlanOut } from './services/faucet/vlan-out.ts';
import { flows } from './services/flows/flows.ts';
import { lostFlows } from './services/flows/lost-flows.ts';
import { watchLostMeters } from './services/flows/lost-meters.ts';
import { meetAnew } from './services/flows/meet-anew.ts';
import { portBlocks } from './services/flows/port-blocks.ts';
import { type RuleJudge, ruleJudge } from './services/flows/rule-judge.ts';
import { ruleWatch } from './services/flows/rule-watch.ts';
import { addedPorts } from './services/interfaces/added-ports.ts';
import { boundInterfaces } from './services/interfaces/bound-interfaces.ts';
import { offloads } from './services/interfaces/offloads.ts';
import { otherPortsWatch } from './services/interfaces/other-ports.ts';
import { mirroring } from './services/mirror/mirroring.ts';
import { gateways } from './services/networks/gateways.ts';
import { type NetworkEvents, networkEvents } from './services/networks/network-events.ts';
import { networks } from './services/networks/networks.ts';
import { networkRebuilder } from './services/networks/rebuild-network.ts';
import { repairNetwork } from './services/networks/repair-network.ts';
import type { Parts } from './services/parts.ts';
import { isolation } from './services/policy/isolation.ts';
import { type PolicyWatchServices, policyWatch } from './services/policy/policy-watch.ts';
import { pool } from './services/pool/pool.ts';
import { portNews } from './services/pool/port-news.ts';
import { portPreparation } from './services/pool/prepare-port.ts';
import { numbersWatch } from './services/pool/taken-numbers.ts';
import { warmPorts } from './services/pool/warm-ports.ts';
import { type Reconciler, reconciler } from './services/reconciler.ts';
import { type Registry, registry } from './services/registry.ts';
import { networkView } from './status/network-view.ts';
import type { PartHealth, StatusSource } from './status/source.ts';

/** The daemon, put together and not yet listening. */
export interface Daemon {
  readonly driver: NetworkDriver;
  readonly reconciler: Reconciler;
  readonly source: StatusSource;
  /** Names of a network and a container, for the log. */
  describe(ids: CallIds): object;
  close(): Promise<void>;
}

/** Those who count what the services do. */
export interface Observers {
  /** A pass of the reconciler took this long, seconds. */
  reconcile(seconds: number): void;
  /** Somebody changed that many interfaces of a network in faucet.yaml. */
  drift(network: string, interfaces: number): void;
  /** That many ports of a network had lost flows in the switch. */
  lostFlows(network: string, ports: number): void;
}

/** Builds the services; the only place where they all meet. */
export function wire(config: Config, log: Log, signal: AbortSignal, observers: Observers): Daemon {
  const { parts, engine, close } = openParts(config, log, signal);
  const events = networkEvents(parts.clock, networkView);
  const known = registry(events);
  const desk = openDesk(parts);
  const seen = flows(parts.trackFlows, () => desk.latest);
  const judge = ruleJudge(parts, desk, seen);
  const news = portNews();
  const vlans = vlanOut(parts, desk, known);
  const paths = datapaths(parts, desk, known, vlans);
  const warm = warmPorts(parts, paths, seen, { news, meet: meetAnew(parts, desk) });
  const ports = pool(parts, warm, news);
  const macs = movedMacs(parts, seen);
  const prepare = portPreparation(parts, ports, desk, paths);
  const attached = attachments(parts, ports, {
    admission: admission(parts, desk, seen, { vlanOut: vlans, rules: judge, prepare, macs }),
    opening: opening(parts, known, desk, events),
    macs,
  });
  const shared = {
    added: addedPorts(parts, desk),
    bound: boundInterfaces(parts, desk, seen),
    offloads: offloads(parts, ports, seen, known),
    mirroring: mirroring(parts, known),
    registry: known,
    pool: ports,
    datapaths: paths,
    vlanOut: vlans,
    gateways: gateways(parts, known),
    flows: seen,
    desk,
    attachments: attached,
    observe: observers.reconcile,
  };
  const nets = networks(parts, shared);
  const repair = repairNetwork(parts, desk, shared.gateways);
  const rebuildFromDocker = networkRebuilder(parts, known, nets, desk);
  const rebuild = async (docker: DockerNetwork): Promise<AttachedNetwork> => {
    const network = await rebuildFromDocker(docker);
    await repair(network);
    seen.follow(network);
    return network;
  };
  return {
    driver: driver(parts, known, nets, endpoints(parts, known, ports, attached)),
    reconciler: reconciler(parts, {
      ...shared,
      networks: nets,
      docker: dockerWatch(parts, { ...shared, networks: nets, rebuild }),
      others: otherPortsWatch(parts, desk, shared.added),
      repair,
      ...repairs(parts, judge, shared, observers),
    }),
    source: statusSource(parts, engine, known, events),
    describe: (ids) => describe(known, ids),
    close: async () => {
      await seen.close();
      await desk.close();
      await close();
    },
  };
}

function openDesk({ faucet, clock, signal, log }: Parts): FaucetDesk {
  return faucetDesk({
    store: faucet,
    clock,
    signal,
    onError: (err) => log.warn({ err }, 'descriptions could not be written to faucet.yaml'),
  });
}

/** Those who put right what somebody else has done to what is in force. */
function repairs(
  parts: Parts,
  judge: RuleJudge,
  shared: Omit<Parameters<typeof driftRepair>[1], 'isolation' | 'count' | 'policies'> &
    Omit<PolicyWatchServices, 'rules' | 'blocks'> &
    Omit<Parameters<typeof lostFlows>[1], 'count'>,
  observers: Observers,
) {
  watchLostMeters(parts, { ...shared, count: observers.lostFlows });
  const rules = ruleWatch(parts, judge, shared.flows);
  const blocks = portBlocks(parts, shared.flows);
  const policies = policyWatch(parts, { ...shared, rules, blocks });
  return {
    numbers: numbersWatch(parts, shared),
    policies,
    lostFlows: lostFlows(parts, { ...shared, count: observers.lostFlows }),
    repairDrift: driftRepair(parts, {
      ...shared,
      policies,
      isolation: isolation(parts, shared.desk),
      count: observers.drift,
    }),
  };
}

function statusSource(
  parts: Parts,
  engine: EngineId,
  known: Registry,
  events: NetworkEvents,
): StatusSource {
  const { config, docker, ovs, faucet, machine } = parts;
  const health = (
    part: PartHealth['part'],
    up: boolean,
    detail: string | undefined,
  ): PartHealth => ({
    part,
    up,
    detail: up ? undefined : detail,
  });
  return {
    get shortEngineId() {
      return shortEngineId(engine.known());
    },
    hostname: machine.hostname,
    networks: () => known.all().map(networkView),
    onEvent: events.follow,
    health: () => {
      const status = faucet.status();
      const silent = `no answer at ${config.faucetMetrics}`;
      return [
        health('docker', docker.serving, config.dockerSocket),
        health('ovs', ovs.live, config.ovsdb),
        health(
          'faucet',
          status.reachable && status.file === 'ok',
          status.reachable ? whatIsWrong(status) : silent,
        ),
      ];
    },
  };
}

function whatIsWrong({ problems: [first], reason }: FaucetStatus): string | undefined {
  return first?.file === undefined ? reason : `${first.file}:${first.line}: ${first.message}`;
}

function describe(known: Registry, { networkId, endpointId }: CallIds): object {
  const network = networkId === undefined ? undefined : known.find(networkId);
  const ports: AttachedNetwork['ports'] = network?.ports ?? new Map();
  const port = [...ports.values()].find((item) => item.endpoint?.id === endpointId);
  return { network: network?.name, container: port?.endpoint?.container?.name };
}
