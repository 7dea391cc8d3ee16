import type { FaucetStatus } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from './domain/attached-network.ts';
import { shortEngineId } from './domain/short-engine-id.ts';
import type { DockerNetwork } from './edges/edges.ts';
import { features } from './features/features.ts';
import type { OpenParts } from './join-edges.ts';
import type { CallIds } from './plugin/serve-plugin.ts';
import type { NetworkDriver } from './protocol/network-driver.ts';
import type { EngineId } from './services/core/engine-id-source.ts';
import { type NetworkEvents, networkEvents } from './services/core/network-events.ts';
import type { Parts } from './services/core/parts.ts';
import { type Registry, registry } from './services/core/registry.ts';
import { dropDoneRepairs } from './services/core/repair-notes.ts';
import { admission } from './services/endpoints/admission.ts';
import { attachments } from './services/endpoints/attachments.ts';
import { containerLinks } from './services/endpoints/container-links.ts';
import { endpoints } from './services/endpoints/endpoints.ts';
import { macHolders } from './services/endpoints/mac-holders.ts';
import { movedMacs } from './services/endpoints/moved-macs.ts';
import { opening } from './services/endpoints/opening.ts';
import { datapaths } from './services/faucet/datapaths.ts';
import { faucetDesk } from './services/faucet/faucet-desk.ts';
import { vlanOut } from './services/faucet/vlan-out.ts';
import { flows } from './services/flows/flows.ts';
import { watchLostMeters } from './services/flows/lost-meters.ts';
import { portBlocks } from './services/flows/port-blocks.ts';
import { meterResync } from './services/flows/resync-bridge.ts';
import { type RuleJudge, ruleJudge } from './services/flows/rule-judge.ts';
import { ruleWatch } from './services/flows/rule-watch.ts';
import { hostPortLinks } from './services/interfaces/host-port-links.ts';
import { offloads } from './services/interfaces/offloads.ts';
import { otherPortsWatch } from './services/interfaces/other-ports-watch.ts';
import { firewallRules } from './services/networks/firewall-rules.ts';
import { gateways } from './services/networks/gateways.ts';
import { networks } from './services/networks/networks.ts';
import { outOfBand } from './services/networks/out-of-band.ts';
import { networkRebuilder } from './services/networks/rebuild-network.ts';
import { repairNetwork } from './services/networks/repair-network.ts';
import { sealRepair } from './services/networks/seal-repair.ts';
import { leftAcls } from './services/pool/left-acls.ts';
import { pool } from './services/pool/pool.ts';
import { portNews } from './services/pool/port-news.ts';
import { portPreparation } from './services/pool/prepare-port.ts';
import { raisedPorts } from './services/pool/raised-ports.ts';
import { warmPorts } from './services/pool/warm-ports.ts';
import { dockerWatch } from './services/reconcile/docker-watch.ts';
import { driver } from './services/reconcile/driver.ts';
import { type Reconciler, reconciler } from './services/reconcile/reconciler.ts';
import { driftRepair } from './services/upkeep/drift-repair.ts';
import { lostFlows } from './services/upkeep/lost-flows.ts';
import { numbersWatch } from './services/upkeep/numbers-watch.ts';
import { type PolicyWatchServices, policyWatch } from './services/upkeep/policy-watch.ts';
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
  /** Somebody had changed the firewall rules, and they were put back. */
  firewallRepair(): void;
}

/** Builds the services; the only place where they all come together. */
export function wire({ parts, engine, close }: OpenParts, observers: Observers): Daemon {
  const events = networkEvents(parts.clock, networkView);
  const known = registry(events);
  const desk = faucetDesk(parts, parts.faucet);
  const seen = flows(parts.trackFlows, () => desk.latest);
  const judge = ruleJudge(parts, desk, seen);
  const news = portNews();
  const vlans = vlanOut(parts, desk, known);
  const paths = datapaths(parts, desk, known, vlans);
  const raised = raisedPorts(parts);
  const warm = warmPorts(parts, paths, seen, { news, resync: meterResync(parts, desk), raised });
  const ports = pool(parts, warm, news, leftAcls(parts, desk));
  const macs = movedMacs(parts, seen);
  const prepare = portPreparation(parts, ports, desk, { datapaths: paths, raised });
  const attached = attachments(parts, ports, {
    admission: admission(parts, desk, seen, {
      vlanOut: vlans,
      rules: judge,
      prepare,
      macs,
      raised,
    }),
    opening: opening(parts, known, desk, events),
    macs,
    holders: macHolders(parts),
  });
  const shared = {
    offloads: offloads(parts, ports, seen, known),
    features: features({ parts, desk, registry: known, flows: seen }),
    registry: known,
    pool: ports,
    datapaths: paths,
    vlanOut: vlans,
    gateways: gateways(parts),
    rules: firewallRules(parts, known, observers.firewallRepair),
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
  const others = otherPortsWatch(parts, desk);
  return {
    driver: driver(parts, known, nets, endpoints(parts, known, ports, attached)),
    reconciler: reconciler(parts, {
      ...shared,
      networks: nets,
      docker: dockerWatch(parts, { ...shared, networks: nets, rebuild }),
      others,
      hostPortLinks: hostPortLinks(parts, known, others),
      containerLinks: containerLinks(parts, known),
      repair,
      outOfBand: outOfBand(parts, shared.features),
      ...repairs(parts, judge, shared, observers),
    }),
    source: statusSource(parts, engine, known, events),
    describe: (ids) => describe(known, ids),
    close: () => closeAll(known, [seen, desk, { close }]),
  };
}

/** What is tried again for a network goes on for as long as it lives. */
async function closeAll(
  known: Registry,
  open: readonly { close(): Promise<void> }[],
): Promise<void> {
  for (const { life } of known.all()) life.abort(new Error('dovesnapd stops'));
  for (const part of open) await part.close();
}

/** Those who put right what somebody else has done to what is in force. */
function repairs(
  parts: Parts,
  judge: RuleJudge,
  shared: Omit<Parameters<typeof driftRepair>[1], 'count' | 'policies'> &
    Omit<PolicyWatchServices, 'rules' | 'blocks'> &
    Omit<Parameters<typeof lostFlows>[1], 'count'>,
  observers: Observers,
) {
  watchLostMeters(parts, { ...shared, count: observers.lostFlows });
  const rules = ruleWatch(parts, judge, shared.flows);
  const blocks = portBlocks(parts, shared.flows);
  const policies = policyWatch(parts, { ...shared, rules, blocks });
  return {
    seals: sealRepair(parts, shared.registry, observers.firewallRepair),
    numbers: numbersWatch(parts, shared),
    policies,
    lostFlows: lostFlows(parts, { ...shared, count: observers.lostFlows }),
    drift: driftRepair(parts, {
      ...shared,
      policies,
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
    networks: () =>
      known.all().map((network) => {
        // That a free port is ready again is no event.
        dropDoneRepairs(network.notes);
        return networkView(network);
      }),
    onEvent: events.follow,
    failing: () =>
      parts.failures.all().map(({ what, network, error, since }) => ({
        what,
        network: network?.record.name,
        reason: error.message,
        since,
      })),
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
  return { network: network?.record.name, container: port?.endpoint?.container?.name };
}
