import type { AttachedEndpoint, AttachedNetwork, Port } from '../domain/attached-network.ts';
import { closePorts } from '../plan/port-links.ts';
import { type Admission, isRefusal } from './admission.ts';
import { commitRecords } from './commit-records.ts';
import type { Opening } from './opening.ts';
import type { Parts } from './parts.ts';
import type { Pool } from './pool.ts';

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
  /** Closes the port, and ends what waits to open it; harmless when it is closed. */
  detach(network: AttachedNetwork, port: Port): Promise<void>;
  /** Tries again, in the background, what is pending on this network or was cut off in the middle. */
  resume(network: AttachedNetwork): void;
}

/** Makes {@link Attachments}. */
export function attachments(
  parts: Parts,
  pool: Pool,
  admission: Admission,
  opening: Opening,
): Attachments {
  /** Endpoints that are being opened in the background. */
  const waiting = new Map<AttachedEndpoint, AbortController>();

  const close = async (port: Port): Promise<void> => {
    await port.closing;
    await parts.host.apply(closePorts([port]));
  };
  const openInBackground = (network: AttachedNetwork, port: Port): void => {
    const { endpoint } = port;
    if (endpoint === undefined || waiting.has(endpoint)) return;
    const stop = new AbortController();
    waiting.set(endpoint, stop);
    const signal = AbortSignal.any([stop.signal, network.life.signal, parts.signal]);
    const open = async (): Promise<void> => {
      const acls = await opening.decide(network, port);
      if (acls === undefined) return;
      await admission.admit(network, port, acls, signal);
      opening.opened(network, port);
    };
    open()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        if (isRefusal(error)) opening.setAside(network, port, 'refused', error.message);
        else
          parts.log.warn({ network: network.name, err: error }, 'a port could not be opened yet');
      })
      .finally(() => waiting.delete(endpoint));
  };
  const pend = async (network: AttachedNetwork, port: Port, reason: string): Promise<Port> => {
    await close(port);
    opening.setAside(network, port, 'pending', reason);
    openInBackground(network, port);
    return port;
  };
  return {
    attach: async (network, taken) => {
      const acls = await opening.decide(network, taken);
      if (acls === undefined) return pend(network, taken, 'Docker does not answer yet');
      const port = pool.prefer(network, taken, acls);
      if (port !== taken) await commitRecords(parts, network, [taken, port]);
      await opening.prepareLink(network, port);
      const late = attachDeadline(parts);
      const signal = AbortSignal.any([late.signal, network.life.signal]);
      try {
        await admission.admit(network, port, acls, signal);
      } catch (error) {
        if (!late.signal.aborted) throw error;
        return await pend(network, port, whatIsAway(parts));
      } finally {
        late.stop();
      }
      opening.opened(network, port);
      return port;
    },
    detach: async (network, port) => {
      const { endpoint } = port;
      if (endpoint === undefined || endpoint.phase === 'left') return;
      waiting.get(endpoint)?.abort();
      await close(port);
      endpoint.phase = 'left';
      const names = { network: network.name, container: endpoint.container?.name };
      parts.log.info(names, 'the port is closed: its container has left');
    },
    resume: (network) => {
      for (const port of network.ports.values()) {
        const { endpoint } = port;
        if (endpoint === undefined || parts.serial.busy(`endpoint:${endpoint.id}`)) continue;
        const isCutOff = endpoint.phase === 'pending' || endpoint.phase === 'created';
        if (isCutOff) openInBackground(network, port);
      }
    },
  };
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

function whatIsAway(parts: Parts): string {
  return parts.faucet.status().reachable
    ? 'Faucet has not put the policy in force yet'
    : `Faucet does not answer at ${parts.config.faucetMetrics}`;
}
