import { NetnsError } from '@dovesnap/netns';
import type { AttachedNetwork, Port, PortLife } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import { closePorts } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';
import type { Pool } from '../pool/pool.ts';
import { commitRecords, keepRecording } from '../records/commit-records.ts';
import type { Admission } from './admission.ts';
import { type AttachTime, attachInTime } from './attach-in-time.ts';
import { lateOpening } from './late-opening.ts';
import type { MacHolders } from './mac-holders.ts';
import type { MovedMacs } from './moved-macs.ts';
import type { Opening } from './opening.ts';
import { renameContainer } from './rename-container.ts';

/** The life of an endpoint on its port, from Join to Leave. */
export interface Attachments {
  /**
   * Opens the endpoint's port under its container's policy. What takes longer than it may goes on in the background: the
   * port stays closed meanwhile, and the endpoint is `pending`. Returns the port it ended up on.
   * @throws DovesnapError when waiting does not mend it: a wrong policy, a faucet.yaml that cannot be written or that
   * Faucet refuses.
   */
  attach(network: AttachedNetwork, port: Port, time: AttachTime): Promise<Port>;
  /** Closes an open port, which is to be opened again under its policy by {@link Attachments.resume}. */
  suspend(network: AttachedNetwork, port: Port, reason: string): Promise<void>;
  /** Closes the port, and ends what waits to open it; harmless when it is closed. */
  detach(network: AttachedNetwork, port: Port): Promise<void>;
  /** The endpoint is gone: closes its port and gives it back. */
  release(network: AttachedNetwork, port: Port): Promise<void>;
  /** Tries again, in the background, what is pending on this network. */
  resume(network: AttachedNetwork): void;
  /** As {@link Attachments.resume}, and also what was refused: faucet.yaml has changed. */
  reconsider(network: AttachedNetwork): void;
  /** Docker calls a container so now: takes the name over on these networks. */
  rename(networks: readonly AttachedNetwork[], containerId: string, name: string): void;
}

/** Makes {@link Attachments}. */
export function attachments(
  parts: Parts,
  pool: Pool,
  services: {
    readonly admission: Admission;
    readonly opening: Opening;
    readonly macs: Pick<MovedMacs, 'left'>;
    readonly holders: MacHolders;
  },
): Attachments {
  const { admission, opening, macs, holders } = services;
  const late = lateOpening(parts, admission, opening, holders);
  const inTime = attachInTime(parts, pool, { admission, opening, late, holders });
  /** Every port that is to be closed is treated as closed: one whose link cannot be now is as soon as it can. */
  const close = async (network: AttachedNetwork, port: Port): Promise<void> => {
    tellPort(port, { kind: 'held' });
    const effect = { what: `close port ${port.ofPort}`, network };
    try {
      await closePort(parts, port);
    } catch (error) {
      parts.failures.note(effect, error);
      const again = async (): Promise<void> => {
        if (port.held) await closePort(parts, port);
      };
      parts.retries.keepTrying(effect, again, network.life);
    }
  };
  const pend = async (network: AttachedNetwork, port: Port, reason: string): Promise<Port> => {
    await close(network, port);
    opening.setAside(network, port, 'pending', reason);
    late.begin(network, port);
    return port;
  };
  const detach = async (network: AttachedNetwork, port: Port): Promise<void> => {
    const { endpoint } = port;
    if (endpoint === undefined || port.phase === 'left') return;
    await late.stop(endpoint);
    await close(network, port);
    opening.left(network, port);
    macs.left(network, port);
  };
  const again = (network: AttachedNetwork, phases: readonly PortLife['phase'][]): void => {
    for (const port of network.ports.values()) {
      const { endpoint } = port;
      if (endpoint === undefined || parts.turns.isTaken(['endpoint', endpoint.id])) continue;
      if (phases.includes(port.phase)) late.begin(network, port);
    }
  };
  return {
    attach: async (network, taken, time) => {
      const { port, pending } = await inTime(network, taken, time);
      return pending === undefined ? port : pend(network, port, pending);
    },
    suspend: async (network, port, reason) => {
      await close(network, port);
      opening.setAside(network, port, 'pending', reason);
    },
    detach,
    release: async (network, port) => {
      await detach(network, port);
      // Before the record is cleared: whoever repairs the network meanwhile would write the endpoint again.
      const givenBack = pool.giveBack(network, port);
      opening.vacated(network, port);
      const record = commitRecords(parts, network, [port]).catch(() =>
        keepRecording(parts, network, port, {
          what: `clear the record of port ${port.ofPort}`,
          // A port that is retired takes its record along.
          wanted: () => port.endpoint === undefined && network.ports.get(port.ofPort) === port,
        }),
      );
      await Promise.all([record, givenBack]);
      // The MAC that was refused to somebody may be free now.
      again(network, ['refused']);
    },
    resume: (network) => again(network, ['pending']),
    reconsider: (network) => again(network, ['pending', 'refused']),
    rename: (networks, containerId, name) => renameContainer(opening, networks, containerId, name),
  };
}

async function closePort(parts: Parts, port: Port): Promise<void> {
  await port.closing;
  try {
    await parts.host.apply(closePorts([port]));
  } catch (error) {
    // A link that went with its container's namespace is as closed as can be.
    if (!(error instanceof NetnsError) || error.code !== 'LINK_NOT_FOUND') throw error;
  }
}
