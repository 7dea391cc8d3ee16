import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { NetworkNotes } from '../../domain/network-notes.ts';
import { tellPort } from '../../domain/port-life.ts';
import type { Ending } from '../core/ending.ts';
import type { Parts } from '../core/parts.ts';
import { timeLimit } from '../core/time-limit.ts';
import { meterNotes } from '../flows/resync-bridge.ts';
import type { Policy } from '../policy/policy.ts';
import type { Pool } from '../pool/pool.ts';
import { commitRecords } from '../records/commit-records.ts';
import type { Admission } from './admission.ts';
import { giveInterimMac, giveMac } from './container-mac.ts';
import type { LateOpening } from './late-opening.ts';
import type { MacHolders } from './mac-holders.ts';
import type { Opening } from './opening.ts';

/** How long Docker may be kept waiting for an attach. */
export interface AttachTime extends Pick<Ending, 'signal'> {
  /** What is left of `--attach_timeout`, milliseconds. */
  readonly leftMs: number;
}

/** The port that an endpoint ended up on. */
export interface AttachOutcome {
  readonly port: Port;
  /** Why it is not open yet; undefined: it is. */
  readonly pending: string | undefined;
}

/**
 * Opens an endpoint's port within a time: what Join does.
 * @throws DovesnapError when waiting does not mend what is wrong.
 */
export type AttachInTime = (
  network: AttachedNetwork,
  taken: Port,
  time: AttachTime,
) => Promise<AttachOutcome>;

/** Makes {@link AttachInTime}. */
export function attachInTime(
  parts: Parts,
  pool: Pick<Pool, 'prefer'>,
  services: {
    readonly admission: Admission;
    readonly opening: Opening;
    readonly late: Pick<LateOpening, 'stop'>;
    readonly holders: MacHolders;
  },
): AttachInTime {
  const { admission, opening, late, holders } = services;
  const identify = async (network: AttachedNetwork, taken: Port): Promise<Policy | undefined> => {
    if (taken.endpoint !== undefined) {
      await late.stop(taken.endpoint);
      opening.joining(taken.endpoint);
      tellPort(taken, { kind: 'rejoined' });
    }
    const policy = await opening.decide(network, taken);
    if (policy === undefined) await giveInterimMac(parts, network, taken);
    return policy;
  };
  const choose = async (network: AttachedNetwork, taken: Port, policy: Policy): Promise<Port> => {
    const port = pool.prefer(network, taken, policy.acls);
    if (port !== taken) await commitRecords(parts, network, [taken, port]);
    await giveMac(parts, holders, network, port, policy.macPrefix);
    return port;
  };
  return async (network, taken, time) => {
    const limit = timeLimit(parts.clock, time.leftMs);
    const isLate = AbortSignal.any([limit.signal, time.signal]);
    try {
      const policy = await identify(network, taken);
      if (policy === undefined) return { port: taken, pending: 'Docker does not answer yet' };
      const port = await choose(network, taken, policy);
      const signal = AbortSignal.any([isLate, network.life.signal]);
      let proof: number;
      try {
        await admission.check(network, port, policy);
        await admission.prepare(network, port, policy, { signal });
        proof = await admission.prove(network, port, policy, signal);
        await admission.open(port, proof, signal);
      } catch (error) {
        if (!isLate.aborted) throw error;
        return { port, pending: whyLate(parts, network.notes, port, isLate.reason) };
      }
      opening.opened(network, port, proof);
      return { port, pending: undefined };
    } finally {
      limit.stop();
    }
  };
}

/** Why a port is not open yet: what the rest follows from comes first. */
function whyLate(parts: Parts, notes: NetworkNotes, { acls }: Port, reason: unknown): string {
  if (reason instanceof DovesnapError) return reason.message;
  const { reachable, loaded, loadError } = parts.faucet.status();
  const known = notes.get('faucet') ?? notes.get('pool');
  if (known !== undefined) return known.sentence;
  if (!reachable) return `Faucet does not answer at ${parts.config.faucetMetrics}`;
  if (!loaded && loadError !== undefined) return `Faucet refuses faucet.yaml: ${loadError}`;
  if (!loaded) return 'Faucet has not put the policy in force yet';
  const lacking = `the switch does not have every flow of ACL ${acls.join(',')} yet`;
  return meterNotes(notes)[0] ?? lacking;
}
