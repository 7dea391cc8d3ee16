import type { FaucetModel } from '@dovesnap/faucet-config';
import { type AttachedNetwork, type Port, takenPorts } from '../../domain/attached-network.ts';
import type { Drift } from '../../domain/drift.ts';
import { setNote } from '../../domain/network-notes.ts';
import { type Claim, findClaims } from '../../plan/faucet/claimed-numbers.ts';
import { findDrift } from '../../plan/faucet/faucet-drift.ts';
import { areFeaturesWritten } from '../../plan/policy/feature-step.ts';
import type { Feature } from '../core/feature.ts';
import { type Note, replaceNotes } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';
import { dropDoneRepairs, isPutRight } from '../core/repair-notes.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { suspendPort } from '../endpoints/suspend-port.ts';
import { beginnings } from '../faucet/beginnings.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Pool } from '../pool/pool.ts';
import { derivedAclsWatch } from './derived-acls-watch.ts';
import type { PolicyWatch } from './policy-watch.ts';

/** Why a port is closed whose interface somebody has changed. */
const reason = 'somebody changed its interface in faucet.yaml';

/** Puts right what somebody else has changed in our part of faucet.yaml; does nothing when nobody has. */
export type DriftRepair = Keeper<AttachedNetwork>;

/**
 * Makes {@link DriftRepair}: ports are closed first and become `warming`, so that the pool rewrites them, sees their
 * flows, and only then lets them be opened.
 */
export function driftRepair(
  parts: Parts,
  services: {
    readonly desk: FaucetDesk;
    readonly datapaths: Datapaths;
    readonly attachments: Attachments;
    readonly pool: Pool;
    readonly features: readonly Feature[];
    /** Told how many interfaces of a network were changed. */
    readonly count: (network: string, interfaces: number) => void;
    readonly policies: PolicyWatch;
  },
): DriftRepair {
  const { desk, datapaths, attachments, pool, features, count, policies } = services;
  const gatewaysUnderWay = new Set<AttachedNetwork>();
  const hasBegun = beginnings(parts);
  const lookAtDerived = derivedAclsWatch(parts, desk);
  const driftOf = (network: AttachedNetwork, model: FaucetModel): Drift[] =>
    findDrift(network, model, hasBegun(network, model));
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
  const isDone = (network: AttachedNetwork, ports: readonly Port[]): boolean =>
    desk.latest !== undefined &&
    !gatewaysUnderWay.has(network) &&
    driftOf(network, desk.latest).length === 0 &&
    areFeaturesWritten(network, desk.latest) &&
    [...ports, ...closedForDrift(network)].every((port) => isPutRight(network, port));
  const repair = async (network: AttachedNetwork): Promise<boolean> => {
    if (desk.latest === undefined || network.record.name === undefined) return false;
    if (network.life.signal.aborted) return false;
    await yieldNumbers(network, desk.latest);
    const model = desk.latest;
    for (const feature of features) feature.look?.(network, model);
    const interfaces = driftOf(network, model).filter(
      ({ port }) => port !== undefined || !gatewaysUnderWay.has(network),
    );
    const drifts = [...interfaces, ...lookAtDerived(network, model)];
    if (drifts.length === 0) return false;
    const ports = drifts.flatMap(({ port }) => port ?? []);
    say(parts, network, drifts, () => isDone(network, ports));
    count(network.record.name, drifts.length);
    // What has been said is closed: also the gateway, whose repair may take as long as its ACL is not there.
    policies.look(network);
    await Promise.all(ports.map((port) => suspendPort(parts, attachments, network, port, reason)));
    attachments.resume(network);
    pool.tend(network);
    return drifts.some(({ port }) => port === undefined);
  };
  const report = (err: unknown): void => {
    const what = 'could not process what somebody changed in faucet.yaml';
    if (!parts.signal.aborted) parts.log.error({ err }, what);
  };
  /** Beside the looks: it takes as long as faucet.yaml does not take the gateway. */
  const rewriteGateway = async (network: AttachedNetwork): Promise<void> => {
    gatewaysUnderWay.add(network);
    try {
      await datapaths.configure(network, [], network.life.signal);
    } finally {
      gatewaysUnderWay.delete(network);
    }
    dropDoneRepairs(network.notes);
  };
  return keeper<AttachedNetwork>(parts, {
    what: 'process what somebody changed in faucet.yaml',
    tell: (_, error) => report(error),
    act: async (network) => {
      const isGatewayToo = await repair(network);
      policies.look(network);
      if (isGatewayToo) rewriteGateway(network).catch(report);
    },
  });
}

function closedForDrift(network: AttachedNetwork): Port[] {
  return takenPorts(network).filter((port) => port.reason === reason);
}

function say(
  parts: Parts,
  network: AttachedNetwork,
  drifts: readonly Drift[],
  isDone: () => boolean,
): void {
  const at = new Date(parts.clock.now()).toISOString();
  const list = drifts.map(({ what }) => what).join('; ');
  const sentence = `somebody changed ${network.record.name} in faucet.yaml at ${at}: ${list}`;
  setNote(network.notes, 'drift', { sentence, isDone });
  for (const { port, what } of drifts) {
    const container = port?.endpoint?.container?.name;
    const subject = { network: network.record.name, container, ofPort: port?.ofPort };
    parts.log.warn(subject, `somebody changed faucet.yaml: ${what}; it is put right`);
  }
}

/** What concerns a container is shown for as long as it is so; of free ports, one stands for all. */
function sayClaims(parts: Parts, network: AttachedNetwork, claims: readonly Claim[]): void {
  const said = claims.map(({ port, what }): [string, Note] => {
    const isFree = port.endpoint === undefined;
    const whose = isFree
      ? 'moving a free port to another number'
      : `it is that of ${port.endpoint?.container?.name}`;
    return [isFree ? 'free' : `${port.ofPort}`, { sentence: `${what}: ${whose}` }];
  });
  replaceNotes(parts, network, 'claimed number', new Map(said));
}
