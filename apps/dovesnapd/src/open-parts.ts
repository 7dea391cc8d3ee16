import { openFaucetConfig } from '@dovesnap/faucet-config';
import { type Firewall, openFirewall } from '@dovesnap/iptables-nat';
import { netns } from '@dovesnap/netns';
import { ofctl, openFlowTracker, openOvsdb, openSwitchReplica } from '@dovesnap/ovs';
import { systemClock } from './adapters/clock.ts';
import { dockerApi } from './adapters/docker.ts';
import { localMachine } from './adapters/machine.ts';
import { libvirtMachines } from './adapters/virsh.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { type EngineId, engineIdSource } from './services/engine-id.ts';
import type { Parts } from './services/parts.ts';
import { serial } from './services/serial.ts';
import { lockedSwitch } from './services/switch.ts';

/** The name of the OVSDB lock that one daemon of a switch holds. */
const lockName = 'dovesnapd';

/** The edges of the daemon, open. */
export interface OpenParts {
  readonly parts: Parts;
  readonly engine: EngineId;
  close(): Promise<void>;
}

/** Opens what the services work through. Waits for nothing: what is away is picked up when it appears. */
export function openParts(config: Config, log: Log, signal: AbortSignal): OpenParts {
  const clock = systemClock();
  const host = netns();
  const db = openOvsdb(config.ovsdb, { signal });
  const replica = openSwitchReplica(db);
  const ovs = lockedSwitch(db, db.lock(lockName), replica);
  const docker = dockerApi({ socketPath: config.dockerSocket, driver: driverName(config), clock });
  const engine = engineIdSource(docker, ovs);
  const parts: Parts = {
    config,
    log,
    clock,
    docker,
    ovs,
    host,
    signal,
    machine: localMachine(host),
    machines: libvirtMachines(),
    firewall: onceOpen(() => openFirewall()),
    faucet: openFaucetConfig(config.faucetConfig, {
      metrics: `http://${config.faucetMetrics}`,
      ...(config.faucetPidfile === undefined ? {} : { pidfile: config.faucetPidfile }),
    }),
    ofctl: ofctl(),
    trackFlows: (bridge, onKnown) => openFlowTracker(bridge, { onKnown }),
    serial: serial(),
    engineId: engine.get,
  };
  return {
    parts,
    engine,
    close: async () => {
      await replica.close();
      await db.close();
    },
  };
}

/** Docker names a driver after its socket. */
function driverName(config: Config): string {
  return (config.pluginSocket.split('/').at(-1) ?? '').replace(/\.sock$/, '');
}

/** Opens at the first call; a failure is not kept, so that the next call tries again. */
function onceOpen(open: () => Promise<Firewall>): () => Promise<Firewall> {
  let opened: Promise<Firewall> | undefined;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}
