import { freeOfPorts } from '@dovesnap/ovs';
import {
  type AttachedNetwork,
  freePorts,
  isReady,
  lacksFlows,
  type Port,
} from '../../domain/attached-network.ts';
import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';
import { vethNames } from '../../domain/names.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { leavesOffloads } from '../interfaces/port-offload.ts';
import { sameAcls } from '../policy/same-acls.ts';
import { reservedNumbers } from './reserved-numbers.ts';

/** How many ports a network starts with, and the fewest that are added at once. */
const smallestStep = 8;

/** Fewer free ports than this and the pool grows. */
const lowWater = 4;

/**
 * How many ports to add now, so that enough with these ACLs, the network's default, are free for those who wait and the
 * next few. Free ports that have kept the ACL of a label do not count: a plain attach would need Faucet for them.
 */
export function shortage(
  network: AttachedNetwork,
  waiting: number,
  acls: readonly string[],
): number {
  const ports = [...network.ports.values()];
  const coming = ports.filter(
    ({ endpoint, treatments, acls: has }) =>
      endpoint === undefined && treatments.size === 0 && sameAcls(has, acls),
  ).length;
  const atLeast = Math.max(network.spec.preallocatePorts ?? 0, lowWater) + waiting;
  if (coming >= atLeast) return 0;
  return Math.max(smallestStep, Math.ceil(ports.length / 8), atLeast - coming);
}

/** Ports that do not exist yet, with the lowest numbers that are neither ours nor foreign. @throws OvsError `NO_FREE_PORT`. */
export function newPorts(
  network: AttachedNetwork,
  count: number,
  acls: readonly string[],
  foreign: readonly number[],
): Port[] {
  const used = new Set([...network.ports.keys(), ...reservedNumbers(network.spec), ...foreign]);
  return freeOfPorts(count, used, { to: highestOfPipeline }).map((ofPort) => ({
    ofPort,
    ...vethNames(network.spec.id, ofPort, 'a'),
    phase: 'building',
    flows: undefined,
    acls,
    treatments: noTreatments,
    freedAt: 0,
    txOffload: leavesOffloads(network),
    closing: Promise.resolve(),
    attempt: 0,
    held: false,
    endpoint: undefined,
    reason: undefined,
  }));
}

/**
 * A free port that carries these ACLs already, for an endpoint that has not been opened on its own; undefined if it stays
 * where it is.
 */
export function betterPort(
  network: AttachedNetwork,
  port: Port,
  acls: readonly string[],
): Port | undefined {
  return sameAcls(port.acls, acls) || !isReady(port) ? undefined : readyPortWith(network, acls);
}

/** A ready port with these ACLs, else any ready one, else one that is still warming. */
export function bestPort(network: AttachedNetwork, acls: readonly string[]): Port | undefined {
  const warming = [...network.ports.values()].filter(
    (port) => port.phase === 'free' && lacksFlows(port) && port.treatments.size === 0,
  );
  return (
    readyPortWith(network, acls) ?? longestUnused(freePorts(network)) ?? longestUnused(warming)
  );
}

/** The longest-unused free port that carries these ACLs: addresses learned for its last owner have aged out. */
function readyPortWith(network: AttachedNetwork, acls: readonly string[]): Port | undefined {
  return longestUnused(freePorts(network).filter((port) => sameAcls(port.acls, acls)));
}

function longestUnused(ports: readonly Port[]): Port | undefined {
  return ports.reduce<Port | undefined>(
    (best, port) => (best === undefined || port.freedAt < best.freedAt ? port : best),
    undefined,
  );
}
