import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { type Claim, findClaims } from '../../plan/faucet/claimed-numbers.ts';
import { type Drift, findDrift } from '../../plan/faucet/faucet-drift.ts';
import { linkIn } from '../../plan/mirror/mirror-link.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { suspendPort } from '../endpoints/suspend-port.ts';
import type { Parts } from '../parts.ts';
import type { Isolation } from '../policy/isolation.ts';
import type { PolicyWatch } from '../policy/policy-watch.ts';
import type { Pool } from '../pool/pool.ts';
import type { Datapaths } from './datapaths.ts';
import type { FaucetDesk } from './faucet-desk.ts';

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
    readonly policies: PolicyWatch;
  },
): DriftRepair {
  const { desk, datapaths, attachments, pool, isolation, count, policies } = services;
  const gatewaysUnderWay = new Set<AttachedNetwork>();
  /** Numbers that somebody else has declared are his: free ports go elsewhere, a container's port stays closed. */
  const yieldNumbers = async (network: AttachedNetwork, model: FaucetModel): Promise<void> => {
    const claims = findClaims(network, model);
    sayClaims(parts, network, claims);
    pool.forgo(
      network,
      claims.map(({ port }) => port),
    );
    const closed = claims.filter(({ isOtherwise }) => isOtherwise);
    await Promise.all(
      closed.map(({ port, what }) => suspendPort(parts, attachments, network, port, what)),
    );
    attachments.resume(network);
  };
  const repair = async (network: AttachedNetwork): Promise<boolean> => {
    if (desk.latest === undefined || network.name === undefined) return false;
    if (network.life.signal.aborted) return false;
    network.mirrorSeen ||= linkIn(network, desk.latest) !== undefined;
    await yieldNumbers(network, desk.latest);
    const interfaces = findDrift(network, desk.latest).filter(
      ({ port }) => port !== undefined || !gatewaysUnderWay.has(network),
    );
    const drifts = [...interfaces, ...isolation.look(network, desk.latest)];
    if (drifts.length === 0) return false;
    say(parts, network, drifts);
    count(network.name, drifts.length);
    // What has been said is closed: also the gateway, whose repair may take as long as its ACL is not there.
    policies.look(network);
    const ports = drifts.flatMap(({ port }) => port ?? []);
    const reason = 'somebody changed its interface in faucet.yaml';
    await Promise.all(ports.map((port) => suspendPort(parts, attachments, network, port, reason)));
    attachments.resume(network);
    pool.tend(network);
    return drifts.some(({ port }) => port === undefined);
  };
  return async (network) => {
    const isGatewayToo = await parts.serial.run(`drift:${network.spec.id}`, () => repair(network));
    policies.look(network);
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

/** What concerns a container is shown for as long as it is so. */
function sayClaims(parts: Parts, network: AttachedNetwork, claims: readonly Claim[]): void {
  const said = new Set<string>();
  for (const { port, what } of claims) {
    const name = port.endpoint?.container?.name;
    const key = port.endpoint === undefined ? 'claimed' : `number ${port.ofPort}`;
    const whose = port.endpoint === undefined ? 'a free port moves away' : `it is that of ${name}`;
    const sentence = `${what}: ${whose}`;
    if (network.notes.get(key) !== sentence) parts.log.warn({ network: network.name }, sentence);
    network.notes.set(key, sentence);
    said.add(key);
  }
  for (const key of network.notes.keys()) {
    if (key.startsWith('number ') && !said.has(key)) network.notes.delete(key);
  }
}
