import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { type Drift, findDrift } from '../plan/faucet-drift.ts';
import type { Attachments } from './attachments.ts';
import type { Datapaths } from './datapaths.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import type { Isolation } from './isolation.ts';
import type { Parts } from './parts.ts';
import type { Pool } from './pool.ts';

/** Puts right what somebody else has changed in our part of faucet.yaml; does nothing when nobody has. */
export type DriftRepair = (network: AttachedNetwork) => Promise<void>;

/**
 * Makes {@link DriftRepair}: ports are closed first and become `warming`, so that the pool writes them anew, sees their
 * flows, and only then lets them be opened.
 */
export function driftRepair(
  parts: Parts,
  services: {
    readonly desk: FaucetDesk;
    readonly datapaths: Datapaths;
    readonly attachments: Attachments;
    readonly pool: Pool;
    readonly isolation: Isolation;
    /** Told how many interfaces of a network were changed. */
    readonly count: (network: string, interfaces: number) => void;
  },
): DriftRepair {
  const { desk, datapaths, attachments, pool, isolation, count } = services;
  const gatewaysUnderWay = new Set<AttachedNetwork>();
  const repair = async (network: AttachedNetwork): Promise<boolean> => {
    if (desk.latest === undefined || network.name === undefined) return false;
    if (network.life.signal.aborted) return false;
    const interfaces = findDrift(network, desk.latest).filter(
      ({ port }) => port !== undefined || !gatewaysUnderWay.has(network),
    );
    const drifts = [...interfaces, ...isolation.look(network, desk.latest)];
    if (drifts.length === 0) return false;
    say(parts, network, drifts);
    count(network.name, drifts.length);
    const ports = drifts.flatMap(({ port }) => port ?? []);
    await Promise.all(ports.map((port) => close(parts, attachments, network, port)));
    attachments.resume(network);
    pool.tend(network);
    return drifts.some(({ port }) => port === undefined);
  };
  return async (network) => {
    const isGatewayToo = await parts.serial.run(`drift:${network.spec.id}`, () => repair(network));
    if (!isGatewayToo) return;
    gatewaysUnderWay.add(network);
    try {
      await datapaths.configure(network, [], network.life.signal);
    } finally {
      gatewaysUnderWay.delete(network);
    }
  };
}

function say(parts: Parts, network: AttachedNetwork, drifts: readonly Drift[]): void {
  const at = new Date(parts.clock.now()).toISOString();
  const list = drifts.map(({ what }) => what).join('; ');
  network.notes.set('drift', `somebody changed ${network.name} in faucet.yaml at ${at}: ${list}`);
  for (const { port, what } of drifts) {
    const container = port?.endpoint?.container?.name;
    const subject = { network: network.name, container, ofPort: port?.ofPort };
    parts.log.warn(subject, `somebody changed faucet.yaml: ${what}; it is put right`);
  }
}

async function close(
  parts: Parts,
  attachments: Attachments,
  network: AttachedNetwork,
  port: Port,
): Promise<void> {
  const { endpoint } = port;
  if (endpoint === undefined) {
    port.phase = 'warming';
    return;
  }
  await parts.serial.run(`endpoint:${endpoint.id}`, async () => {
    if (port.endpoint !== endpoint || endpoint.phase !== 'open' || port.phase !== 'ready') return;
    await attachments.suspend(network, port, 'somebody changed its interface in faucet.yaml');
    port.phase = 'warming';
  });
}
