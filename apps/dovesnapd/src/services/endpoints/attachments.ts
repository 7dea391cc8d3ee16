import { NetnsError } from '@dovesnap/netns';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { EndpointPhase } from '../../domain/network.ts';
import { closePorts } from '../../plan/pool/port-links.ts';
import type { Parts } from '../parts.ts';
import type { Pool } from '../pool/pool.ts';
import type { Admission } from './admission.ts';
import { commitRecords } from './commit-records.ts';
import { giveInterimMac, giveMac } from './container-mac.ts';
import { lateOpening } from './late-opening.ts';
import type { MovedMacs } from './moved-macs.ts';
import type { Opening } from './opening.ts';
import { renameContainer } from './rename-container.ts';

/** While Faucet answers, an attach may wait this many times `--attach_timeout`: it is busy with a reload. */
const reloadPatience = 3;

/** The life of an endpoint on its port, from Join to Leave. */
export interface Attachments {
  /**
   * Opens the endpoint's port under its container's policy. When something is away the port stays closed, the endpoint
   * is `pending`, and it opens by itself later. Returns the port it ended up on.
   * @throws DovesnapError when the policy is wrong.
   */
  attach(network: AttachedNetwork, port: Port): Promise<Port>;
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
  },
): Attachments {
  const { admission, opening, macs } = services;
  const late = lateOpening(parts, admission, opening);
  const close = async (port: Port): Promise<void> => {
    port.held = true;
    await port.closing;
    try {
      await parts.host.apply(closePorts([port]));
    } catch (error) {
      // A link that went with its container's namespace is as closed as can be.
      if (!(error instanceof NetnsError) || error.code !== 'LINK_NOT_FOUND') throw error;
    }
  };
  const pend = async (network: AttachedNetwork, port: Port, reason: string): Promise<Port> => {
    await close(port);
    opening.setAside(network, port, 'pending', reason);
    late.begin(network, port);
    return port;
  };
  const detach = async (network: AttachedNetwork, port: Port): Promise<void> => {
    const { endpoint } = port;
    if (endpoint === undefined || endpoint.phase === 'left') return;
    await late.stop(endpoint);
    await close(port);
    opening.left(network, port);
    macs.left(network, port);
  };
  const again = (network: AttachedNetwork, phases: readonly EndpointPhase[]): void => {
    for (const port of network.ports.values()) {
      const { endpoint } = port;
      if (endpoint === undefined || parts.serial.busy(`endpoint:${endpoint.id}`)) continue;
      if (phases.includes(endpoint.phase)) late.begin(network, port);
    }
  };
  return {
    attach: async (network, taken) => {
      if (taken.endpoint !== undefined) {
        await late.stop(taken.endpoint);
        opening.joining(taken.endpoint);
      }
      const policy = await opening.decide(network, taken);
      if (policy === undefined) {
        await giveInterimMac(parts, network, taken);
        return pend(network, taken, 'Docker does not answer yet');
      }
      const { acls, macPrefix } = policy;
      const port = pool.prefer(network, taken, acls);
      if (port !== taken) await commitRecords(parts, network, [taken, port]);
      await giveMac(parts, network, port, macPrefix);
      const deadline = attachDeadline(parts);
      const signal = AbortSignal.any([deadline.signal, network.life.signal]);
      try {
        await admission.admit(network, port, policy, signal);
      } catch (error) {
        if (!deadline.signal.aborted) throw error;
        return await pend(network, port, whatIsAway(parts, port));
      } finally {
        deadline.stop();
      }
      opening.opened(network, port);
      return port;
    },
    suspend: async (network, port, reason) => {
      await close(port);
      opening.setAside(network, port, 'pending', reason);
    },
    detach,
    release: async (network, port) => {
      await detach(network, port);
      const subject = { network: network.name, container: port.endpoint?.container?.name };
      // Before the record is cleared: whoever repairs the network meanwhile would write the endpoint again.
      pool.giveBack(network, port);
      opening.vacated(network, port);
      await clearRecord(parts, network, port, subject);
    },
    resume: (network) => again(network, ['pending']),
    reconsider: (network) => again(network, ['pending', 'refused']),
    rename: (networks, containerId, name) => renameContainer(opening, networks, containerId, name),
  };
}

/** A switch that is away keeps the record: it is cleared when the switch is back and the network is repaired. */
async function clearRecord(
  parts: Parts,
  network: AttachedNetwork,
  port: Port,
  subject: object,
): Promise<void> {
  try {
    await commitRecords(parts, network, [port]);
  } catch (err) {
    parts.log.warn({ ...subject, err }, 'the record of the endpoint could not be cleared yet');
  }
}

/** Fires after `--attach_timeout` when Faucet does not answer then, and after three times that in any case. */
function attachDeadline(parts: Parts): { signal: AbortSignal; stop: () => void } {
  const stop = new AbortController();
  const late = new AbortController();
  const { attachTimeout } = parts.config;
  const watch = async (): Promise<void> => {
    await parts.clock.sleep(attachTimeout, stop.signal);
    if (parts.faucet.status().reachable) {
      await parts.clock.sleep(attachTimeout * (reloadPatience - 1), stop.signal);
    }
    if (!stop.signal.aborted) late.abort();
  };
  void watch();
  return { signal: late.signal, stop: () => stop.abort() };
}

function whatIsAway(parts: Parts, { acls }: Port): string {
  const { reachable, loaded } = parts.faucet.status();
  if (!reachable) return `Faucet does not answer at ${parts.config.faucetMetrics}`;
  return loaded
    ? `the switch does not have every flow of ACL ${acls.join(',')} yet`
    : 'Faucet has not put the policy in force yet';
}
