import { openFaucetConfig } from '@dovesnap/faucet-config';
import { type Firewall, openFirewall } from '@dovesnap/iptables-nat';
import { netns, openNetns } from '@dovesnap/netns';
import { ofctl, openFlowTracker, openOvsdb, openSwitchReplica } from '@dovesnap/ovs';
import { systemClock } from './adapters/clock.ts';
import { dockerApi } from './adapters/docker.ts';
import { localMachine } from './adapters/machine.ts';
import { libvirtMachines } from './adapters/virsh.ts';
import type { Config } from './domain/config.ts';
import type { Log } from './edges/log.ts';
import { joinEdges, type OpenParts } from './join-edges.ts';

/** Opens what the services work through. Waits for nothing: what is away is picked up when it appears. */
export function openParts(config: Config, log: Log, signal: AbortSignal): OpenParts {
  const clock = systemClock();
  const host = openNetns();
  const db = openOvsdb(config.ovsdb, { signal });
  return joinEdges({
    config,
    log,
    clock,
    host,
    inside: (pid) => netns({ pid }),
    signal,
    db,
    replica: openSwitchReplica(db),
    docker: dockerApi({ socketPath: config.dockerSocket, driver: driverName(config), clock }),
    machine: localMachine(host),
    machines: libvirtMachines(),
    firewall: onceOpen(() => openFirewall()),
    faucet: openFaucetConfig(config.faucetConfig, {
      metrics: `http://${config.faucetMetrics}`,
      ...(config.faucetPidfile === undefined ? {} : { pidfile: config.faucetPidfile }),
    }),
    ofctl: ofctl(),
    trackFlows: (bridge, onKnown) => openFlowTracker(bridge, { onKnown }),
    close: () => host.close(),
  });
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
