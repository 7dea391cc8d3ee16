import { openFaucetConfig } from '@dovesnap/faucet-config';
import { openFirewall } from '@dovesnap/iptables-nat';
import { netns } from '@dovesnap/netns';
import { ofctl, openFlowTracker, openOvsdb, openSwitchReplica } from '@dovesnap/ovs';
import { systemClock } from './adapters/clock.ts';
import { dockerApi } from './adapters/docker.ts';
import { localMachine } from './adapters/machine.ts';
import type { Config } from './config.ts';
import { shortEngineId } from './domain/engine-id.ts';
import type { Log } from './log.ts';
import type { NetworkDriver } from './plugin/driver.ts';
import { admission } from './services/admission.ts';
import { attachments } from './services/attachments.ts';
import { datapaths } from './services/datapaths.ts';
import { dockerWatch } from './services/docker-watch.ts';
import { driver } from './services/driver.ts';
import { endpoints } from './services/endpoints.ts';
import { engineIdSource } from './services/engine-id.ts';
import { faucetDesk } from './services/faucet-desk.ts';
import { flows } from './services/flows.ts';
import { gateways } from './services/gateways.ts';
import { networks } from './services/networks.ts';
import { opening } from './services/opening.ts';
import type { Parts } from './services/parts.ts';
import { pool } from './services/pool.ts';
import { portNews } from './services/port-news.ts';
import { networkRebuilder } from './services/rebuild-network.ts';
import { type Reconciler, reconciler } from './services/reconciler.ts';
import { registry } from './services/registry.ts';
import { repairNetwork } from './services/repair-network.ts';
import { serial } from './services/serial.ts';
import { lockedSwitch } from './services/switch.ts';
import { warmPorts } from './services/warm-ports.ts';
import { networkView } from './status/network-view.ts';
import type { StatusSource } from './status/source.ts';

/** The name of the OVSDB lock that one daemon of a switch holds. */
const lockName = 'dovesnapd';

/** The daemon, put together and not yet listening. */
export interface Daemon {
  readonly driver: NetworkDriver;
  readonly reconciler: Reconciler;
  readonly source: StatusSource;
  /** Names of a network and a container, for the log. */
  describe(ids: { networkId?: string | undefined; endpointId?: string | undefined }): object;
  close(): Promise<void>;
}

/** Builds adapters and services; the only place where they all meet. Nothing here waits for anything that is away. */
export function wire(
  config: Config,
  log: Log,
  signal: AbortSignal,
  observeReconcile: (seconds: number) => void,
): Daemon {
  const clock = systemClock();
  const host = netns();
  const db = openOvsdb(config.ovsdb, { signal });
  const replica = openSwitchReplica(db);
  const ovs = lockedSwitch(db, db.lock(lockName), replica);
  const docker = dockerApi({ socketPath: config.dockerSocket, driver: driverName(config), clock });
  const faucet = openFaucetConfig(config.faucetConfig, {
    metrics: `http://${config.faucetMetrics}`,
    ...(config.faucetPidfile === undefined ? {} : { pidfile: config.faucetPidfile }),
  });
  const engine = engineIdSource(docker, ovs);
  const machine = localMachine(host);
  let firewall: ReturnType<typeof openFirewall> | undefined;
  const parts: Parts = {
    config,
    log,
    clock,
    machine,
    docker,
    ovs,
    host,
    faucet,
    signal,
    firewall: () => {
      firewall ??= openFirewall();
      firewall.catch(() => {
        firewall = undefined;
      });
      return firewall;
    },
    ofctl: ofctl(),
    trackFlows: (bridge) => openFlowTracker(bridge),
    serial: serial(),
    engineId: engine.get,
  };
  const known = registry();
  const desk = faucetDesk({
    store: faucet,
    clock,
    signal,
    onError: (err) => log.warn({ err }, 'descriptions could not be written to faucet.yaml'),
  });
  const seen = flows(parts.trackFlows, () => desk.latest);
  const paths = datapaths(parts, desk, known);
  const gates = gateways(parts, known);
  const news = portNews();
  const ports = pool(parts, warmPorts(parts, paths, seen, news), news);
  const attached = attachments(
    parts,
    ports,
    admission(parts, ports, desk, seen),
    opening(parts, known, desk),
  );
  const nets = networks(parts, {
    registry: known,
    pool: ports,
    datapaths: paths,
    gateways: gates,
    flows: seen,
    desk,
  });
  const watch = dockerWatch(parts, {
    registry: known,
    networks: nets,
    pool: ports,
    attachments: attached,
    rebuild: networkRebuilder(parts, known, nets, desk),
  });
  return {
    driver: driver(nets, endpoints(parts, known, ports, attached)),
    reconciler: reconciler(parts, {
      registry: known,
      networks: nets,
      pool: ports,
      attachments: attached,
      gateways: gates,
      flows: seen,
      desk,
      docker: watch,
      repair: repairNetwork(parts, desk, gates),
      observe: observeReconcile,
    }),
    source: {
      get shortEngineId() {
        return shortEngineId(engine.known());
      },
      hostname: machine.hostname,
      networks: () => known.all().map((network) => networkView(network, replica.current)),
      health: () => [
        {
          part: 'docker',
          up: docker.serving,
          detail: docker.serving ? undefined : config.dockerSocket,
        },
        { part: 'ovs', up: ovs.live, detail: ovs.live ? undefined : config.ovsdb },
        faucetHealth(faucet.status(), config),
      ],
    },
    describe: ({ networkId, endpointId }) => {
      const network = networkId === undefined ? undefined : known.find(networkId);
      const port = [...(network?.ports.values() ?? [])].find(
        (item) => item.endpoint?.id === endpointId,
      );
      return { network: network?.name, container: port?.endpoint?.container?.name };
    },
    close: async () => {
      await seen.close();
      await desk.close();
      replica.close();
      await db.close();
    },
  };
}

/** Docker names a driver after its socket. */
function driverName(config: Config): string {
  return (config.pluginSocket.split('/').at(-1) ?? '').replace(/\.sock$/, '');
}

function faucetHealth(
  status: { file: string; reason: string | undefined; reachable: boolean },
  config: Config,
): { part: 'faucet'; up: boolean; detail: string | undefined } {
  const up = status.reachable && status.file === 'ok';
  const detail = status.reachable ? status.reason : `no answer at ${config.faucetMetrics}`;
  return { part: 'faucet', up, detail: up ? undefined : detail };
}
