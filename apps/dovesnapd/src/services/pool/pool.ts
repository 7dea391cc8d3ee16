import type { AttachedEndpoint, AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { sameAcls } from '../../plan/policy/same-acls.ts';
import { brokenPorts } from '../../plan/pool/broken-ports.ts';
import { bestPort, readyPortWith, shortage } from '../../plan/pool/pool-choice.ts';
import type { Parts } from '../parts.ts';
import { defaultAcls } from '../policy/policy.ts';
import { poolTurn } from './pool-turn.ts';
import type { PortNews } from './port-news.ts';
import { rebuildPorts } from './rebuild-ports.ts';
import type { WarmPorts } from './warm-ports.ts';

/** Ports that are given back within this time are made anew together: one run of each program for all of them. */
const gatherMs = 50;

/** After a piece of work has failed, milliseconds until it is tried again: what is away is not back at once. */
const pauseMs = 2000;

/** The warm ports of all networks. */
export interface Pool {
  /** Does what there is to do: first ports where there are none, fresh ones for broken ones, waiting for warming ones. */
  tend(network: AttachedNetwork): void;
  /** Puts an endpoint on the best port there is, growing when there is none. @throws DovesnapError `PORT_FAILED`. */
  take(network: AttachedNetwork, endpoint: AttachedEndpoint, signal: AbortSignal): Promise<Port>;
  /** Moves an endpoint that has not been opened to a free port that carries these ACLs already, if there is one. */
  prefer(network: AttachedNetwork, port: Port, acls: readonly string[]): Port;
  /** The endpoint is gone: its port is made anew in the background. */
  giveBack(network: AttachedNetwork, port: Port): void;
  /** Gives up free ports whose numbers are somebody else's; the pool grows under others. */
  forgo(network: AttachedNetwork, ports: readonly Port[]): void;
  /** Resolves when the port is `ready`. Rejects when the signal fires. */
  untilReady(network: AttachedNetwork, port: Port, signal: AbortSignal): Promise<void>;
  /** Resolves when no work of the pool on this network is under way. */
  idle(network: AttachedNetwork): Promise<void>;
}

/** Makes the {@link Pool}. */
export function pool(parts: Parts, warm: WarmPorts, news: PortNews): Pool {
  const waiting = new Map<AttachedNetwork, number>();
  const { inTurn, tend, grow, renew, forgo } = upkeep(parts, warm, news, waiting);
  return {
    tend,
    forgo,
    take: async (network, endpoint, signal) => {
      const stop = AbortSignal.any([signal, network.life.signal]);
      waiting.set(network, (waiting.get(network) ?? 0) + 1);
      try {
        let port = bestPort(network, defaultAcls(network));
        while (port === undefined) {
          grow(network);
          await news.next(network, stop);
          port = bestPort(network, defaultAcls(network));
        }
        port.endpoint = endpoint;
        return port;
      } catch (cause) {
        throw noPort(network, cause);
      } finally {
        waiting.set(network, (waiting.get(network) ?? 1) - 1);
        grow(network);
      }
    },
    prefer: (network, port, acls) => {
      if (sameAcls(port.acls, acls) || port.phase !== 'ready') return port;
      const better = readyPortWith(network, acls);
      if (better === undefined) return port;
      better.endpoint = port.endpoint;
      better.held = port.held;
      port.endpoint = undefined;
      port.held = false;
      news.tell(network);
      return better;
    },
    giveBack: (network, port) => {
      port.endpoint = undefined;
      port.held = false;
      port.phase = 'dirty';
      port.freedAt = parts.clock.now();
      renew(network);
    },
    untilReady: async (network, port, signal) => {
      while (port.phase !== 'ready') await news.next(network, signal);
    },
    idle: (network) => inTurn(network, async () => undefined),
  };
}

/** The pool's work in the background. Pieces of work on one network's ports run one after another. */
function upkeep(
  parts: Parts,
  warm: WarmPorts,
  news: PortNews,
  waiting: ReadonlyMap<AttachedNetwork, number>,
) {
  const settling = new Set<Port>();
  const paused = new Set<AttachedNetwork>();
  const gathering = new Set<AttachedNetwork>();
  const inTurn = <T>(network: AttachedNetwork, task: () => Promise<T>): Promise<T> =>
    poolTurn(parts, network, task);
  const idle = (network: AttachedNetwork): boolean =>
    paused.has(network) || network.life.signal.aborted;
  const failed = (network: AttachedNetwork, what: string) => async (error: unknown) => {
    if (idle(network)) return;
    network.notes.set('pool', `${what}: ${(error as Error).message}`);
    parts.log.error({ network: network.name, err: error }, what);
    paused.add(network);
    news.tell(network);
    await parts.clock.sleep(pauseMs, network.life.signal);
    paused.delete(network);
    tend(network);
  };
  const settle = (network: AttachedNetwork): void => {
    const some = [...network.ports.values()].filter(
      (port) => port.phase === 'warming' && !port.held && !settling.has(port),
    );
    if (some.length === 0 || idle(network)) return;
    for (const port of some) settling.add(port);
    warm
      .settle(network, some)
      .finally(() => {
        for (const port of some) settling.delete(port);
      })
      // One that was held when the work came to its end has been let go since.
      .then(() => settle(network))
      .catch(failed(network, 'ports of the pool did not become ready'));
  };
  const grow = (network: AttachedNetwork): void => {
    const wanted = (): number => shortage(network, waiting.get(network) ?? 0, defaultAcls(network));
    if (wanted() === 0 || idle(network)) return;
    inTurn(network, async () => {
      const count = wanted();
      if (count > 0) await warm.build(network, count);
      goOn(network);
    }).catch(failed(network, 'the pool could not grow'));
  };
  const renew = (network: AttachedNetwork): void => {
    if (idle(network) || gathering.has(network)) return;
    gathering.add(network);
    inTurn(network, async () => {
      await parts.clock.sleep(gatherMs, network.life.signal);
      gathering.delete(network);
      await renewDirty(parts, warm, network, () => settle(network));
      goOn(network);
    }).catch(failed(network, 'ports of the pool could not be made anew'));
  };
  const forgo = (network: AttachedNetwork, ports: readonly Port[]): void => {
    const free = ports.filter((port) => port.endpoint === undefined);
    for (const port of free) network.ports.delete(port.ofPort);
    if (free.length === 0) return;
    inTurn(network, async () => {
      await warm.forgo(network, free);
    }).catch(failed(network, 'ports of the pool could not be given up'));
    grow(network);
  };
  /** What there is to do after some work: the ports may be dirty again, too few, or waiting for their flows. */
  const goOn = (network: AttachedNetwork): void => {
    if (hasDirtyPorts(network)) renew(network);
    settle(network);
    grow(network);
  };
  const tend = (network: AttachedNetwork): void => {
    if (idle(network) || !parts.ovs.live) return;
    const broken = brokenPorts(network, parts.ovs.state());
    for (const port of [...broken, ...leftMirrored(network)]) port.phase = 'dirty';
    goOn(network);
  };
  return { inTurn, tend, grow, renew, forgo };
}

/** Gives ports that were left fresh veths. One that was mirrored goes for good: nobody is copied for having its number. */
async function renewDirty(
  parts: Parts,
  warm: WarmPorts,
  network: AttachedNetwork,
  settle: () => void,
): Promise<void> {
  const dirty = [...network.ports.values()].filter((port) => port.phase === 'dirty');
  const plain = dirty.filter((port) => !port.mirrored);
  await rebuildPorts(parts, network, plain);
  settle();
  const mirrored = dirty.filter((port) => port.mirrored);
  await warm.retire(network, mirrored);
}

/** Mirrored ports without an endpoint that a daemon which was cut off has left. */
function leftMirrored(network: AttachedNetwork): Port[] {
  return [...network.ports.values()].filter(
    ({ endpoint, mirrored, phase }) =>
      endpoint === undefined && mirrored && (phase === 'ready' || phase === 'warming'),
  );
}

function hasDirtyPorts(network: AttachedNetwork): boolean {
  return [...network.ports.values()].some((port) => port.phase === 'dirty');
}

function noPort(network: AttachedNetwork, cause: unknown): DovesnapError {
  const why = network.notes.get('pool') ?? network.notes.get('faucet') ?? 'none came up in time';
  const name = network.name ?? network.spec.bridge;
  return new DovesnapError('PORT_FAILED', `no port is free on network ${name}: ${why}`, { cause });
}
