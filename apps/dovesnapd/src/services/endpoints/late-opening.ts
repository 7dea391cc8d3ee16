import type { AttachedEndpoint, AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { Effect } from '../core/failures.ts';
import type { Parts } from '../core/parts.ts';
import type { Policy } from '../policy/policy.ts';
import { type Admission, type AdmissionWait, isRefusal } from './admission.ts';
import { giveMac } from './container-mac.ts';
import type { MacHolders } from './mac-holders.ts';
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
}

/**
 * Makes {@link LateOpening}. An attempt waits for Faucet as long as the endpoint is there, but not for Docker. What fails
 * is tried again after pauses that grow, and when what it fails of may have changed. What is about faucet.yaml is no sooner
 * so because the switch has changed.
 */
export function lateOpening(
  parts: Parts,
  admission: Admission,
  opening: Opening,
  holders: MacHolders,
): LateOpening {
  const attempts = new Map<AttachedEndpoint, Attempt>();
  const openOnce = opener(parts, admission, opening, holders);
  return {
    begin: (network, port) => {
      const { endpoint } = port;
      if (endpoint === undefined) return;
      if (attempts.has(endpoint)) {
        parts.retries.changed(endpoint);
        return;
      }
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, network.life.signal, parts.signal]);
      const done = parts.retries
        .untilDone(
          effectOf(network, endpoint),
          (why) => openOnce(network, port, { signal, again: why === 'due' }),
          {
            signal,
            subject: endpoint,
            isOfSubject: (error) => !isOfFile(error),
            tell: (error) => {
              if (port.endpoint === endpoint) say(parts, opening, network, port, error);
            },
          },
        )
        .catch(() => undefined)
        .finally(() => {
          // Its container may have become known meanwhile, and with it what the effect is called.
          parts.failures.drop(effectOf(network, endpoint));
          attempts.delete(endpoint);
        });
      attempts.set(endpoint, { stop, done });
    },
    stop: async (endpoint) => {
      const attempt = attempts.get(endpoint);
      attempt?.stop.abort();
      await attempt?.done;
    },
  };
}

/** Makes the function that tries once to open a port. */
function opener(parts: Parts, admission: Admission, opening: Opening, holders: MacHolders) {
  return async (network: AttachedNetwork, port: Port, wait: AdmissionWait): Promise<void> => {
    const prepare = async (): Promise<Policy | undefined> => {
      const decided = await opening.decide(network, port);
      return decided !== undefined &&
        (await giveMac(parts, holders, network, port, decided.macPrefix))
        ? decided
        : undefined;
    };
    let policy = await prepare();
    while (policy === undefined) {
      // A Docker that is away says when it is back, and this begins again.
      if (!parts.docker.serving) return;
      await parts.clock.sleep(askAgainMs, wait.signal);
      wait.signal.throwIfAborted();
      policy = await prepare();
    }
    await admission.check(network, port, policy);
    await admission.prepare(network, port, policy, wait);
    const proof = await admission.prove(network, port, policy, wait.signal);
    await admission.open(port, proof, wait.signal);
    opening.opened(network, port, proof);
  };
}

/** What the opening of an endpoint's port is called among what fails. */
function effectOf(network: AttachedNetwork, endpoint: AttachedEndpoint): Effect {
  return {
    what: `open the port of ${endpoint.container?.name ?? endpoint.id.slice(0, 12)}`,
    network,
  };
}

/** Tells the record and the log why a port stays closed, and `/readyz` when no policy of an operator's is at fault. */
function say(
  { failures }: Pick<Parts, 'failures'>,
  opening: Opening,
  network: AttachedNetwork,
  port: Port,
  error: unknown,
): void {
  const isOperators = isRefusal(error) && !isOfFile(error);
  opening.setAside(network, port, isOperators ? 'refused' : 'pending', (error as Error).message);
  if (port.endpoint === undefined || isOperators) return;
  // What it follows from may be among them already.
  if (failures.all().some((failure) => failure.error === error)) return;
  failures.note(effectOf(network, port.endpoint), error, { said: true });
}

/** Whether faucet.yaml could not be written, or Faucet did not take it. */
function isOfFile(error: unknown): boolean {
  return (
    error instanceof DovesnapError &&
    (error.code === 'FAUCET_FILE' || error.code === 'FAUCET_REFUSED')
  );
}
