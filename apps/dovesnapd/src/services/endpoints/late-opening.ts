import type { AttachedEndpoint, AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { Parts } from '../parts.ts';
import type { Policy } from '../policy/policy.ts';
import { type Admission, isRefusal } from './admission.ts';
import { giveMac } from './container-mac.ts';
import type { Opening } from './opening.ts';

/** A Docker that serves and yet gave no answer was too busy for its deadline. */
const askAgainMs = 500;

/** Opens, in the background, ports that could not be opened while Docker waited. */
export interface LateOpening {
  /** Begins; harmless when it has begun already. */
  begin(network: AttachedNetwork, port: Port): void;
  /** Gives up; resolves when nothing of the attempt is under way any more. */
  stop(endpoint: AttachedEndpoint): Promise<void>;
}

interface Attempt {
  readonly stop: AbortController;
  readonly done: Promise<void>;
  /** Something has changed since it began: what it fails of may be so no more. */
  isOutdated: boolean;
}

/** Makes {@link LateOpening}. An attempt waits for Faucet as long as the endpoint is there, but not for Docker. */
export function lateOpening(parts: Parts, admission: Admission, opening: Opening): LateOpening {
  const attempts = new Map<AttachedEndpoint, Attempt>();
  const open = async (network: AttachedNetwork, port: Port, signal: AbortSignal): Promise<void> => {
    const prepare = async (): Promise<Policy | undefined> => {
      const decided = await opening.decide(network, port);
      return decided !== undefined && (await giveMac(parts, network, port, decided.macPrefix))
        ? decided
        : undefined;
    };
    let policy = await prepare();
    while (policy === undefined) {
      // A Docker that is away says when it is back, and this begins again.
      if (!parts.docker.serving) return;
      await parts.clock.sleep(askAgainMs, signal);
      signal.throwIfAborted();
      policy = await prepare();
    }
    await admission.admit(network, port, policy, signal);
    opening.opened(network, port);
  };
  const begin: LateOpening['begin'] = (network, port) => {
    const { endpoint } = port;
    if (endpoint === undefined) return;
    const running = attempts.get(endpoint);
    if (running !== undefined) {
      running.isOutdated = true;
      return;
    }
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, network.life.signal, parts.signal]);
    const done = open(network, port, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        if (isRefusal(error)) opening.setAside(network, port, 'refused', error.message);
        else parts.log.warn({ network: network.name, err: error }, 'a port is still closed');
      })
      .finally(() => {
        attempts.delete(endpoint);
        const isClosed = endpoint.phase === 'pending' || endpoint.phase === 'refused';
        if (attempt.isOutdated && isClosed && !signal.aborted) begin(network, port);
      });
    const attempt: Attempt = { stop, done, isOutdated: false };
    attempts.set(endpoint, attempt);
  };
  return {
    begin,
    stop: async (endpoint) => {
      const attempt = attempts.get(endpoint);
      attempt?.stop.abort();
      await attempt?.done;
    },
  };
}
