import {
  type AttachedEndpoint,
  type AttachedNetwork,
  isReady,
  type Port,
} from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { tellPort } from '../../domain/port-life.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import { bestPort, betterPort } from '../../plan/pool/pool-choice.ts';
import { type PoolPlan, planPool, portsToForgo, unfitPorts } from '../../plan/pool/pool-plan.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';
import { apart } from '../core/turns.ts';
import { datapathWrite } from '../faucet/datapaths.ts';
import type { LeftAcls } from './left-acls.ts';
import { poolWork } from './pool-work.ts';
import type { PortNews } from './port-news.ts';
import { rebuildPorts } from './rebuild-ports.ts';
import type { WarmPorts } from './warm-ports.ts';

/** Ports that are given back within this time are rebuilt together: one run of each program for all of them. */
const gatherMs = 50;

/** The warm ports of all networks. */
export interface Pool {
  /** Does what there is to do: first ports where there are none, fresh ones for broken ones, waiting for warming ones. */
  tend(network: AttachedNetwork): void;
  /** Puts an endpoint on the best port there is, growing when there is none. @throws DovesnapError `PORT_FAILED`. */
  take(network: AttachedNetwork, endpoint: AttachedEndpoint, signal: AbortSignal): Promise<Port>;
  /** Moves an endpoint that has not been opened to a free port that carries these ACLs already, if there is one. */
  prefer(network: AttachedNetwork, port: Port, acls: readonly string[]): Port;
  /**
   * The endpoint is gone: its port is rebuilt in the background. Resolves when faucet.yaml no longer names an ACL because
   * of it that nobody uses, or cannot be told now; never rejects.
   */
  giveBack(network: AttachedNetwork, port: Port): Promise<void>;
  /** Gives up free ports whose numbers are somebody else's; the pool grows under others. */
  forgo(network: AttachedNetwork, ports: readonly Port[]): void;
  /**
   * Resolves when the port is `ready`. Rejects when the signal fires, and at once when faucet.yaml does not take what is to
   * be said of the port: waiting would not mend that.
   */
  untilReady(network: AttachedNetwork, port: Port, signal: AbortSignal): Promise<void>;
  /** Resolves when no work of the pool on this network is under way. */
  idle(network: AttachedNetwork): Promise<void>;
}

/** Makes the {@link Pool}. */
export function pool(parts: Parts, warm: WarmPorts, news: PortNews, left: LeftAcls): Pool {
  const waiting = new Map<AttachedNetwork, number>();
  const { inTurn, tend, grow, renew, dropAcls, forgo } = upkeep(parts, warm, news, {
    waiting,
    left,
  });
  return {
    tend,
    forgo,
    take: async (network, endpoint, signal) => {
      waiting.set(network, (waiting.get(network) ?? 0) + 1);
      try {
        let port = bestPort(network, defaultAcls(network));
        while (port === undefined) {
          grow(network);
          await news.next(network, AbortSignal.any([signal, network.life.signal]));
          port = bestPort(network, defaultAcls(network));
        }
        tellPort(port, { kind: 'claimed', endpoint });
        return port;
      } catch (cause) {
        throw noPort(network, cause);
      } finally {
        waiting.set(network, (waiting.get(network) ?? 1) - 1);
        grow(network);
      }
    },
    prefer: (network, port, acls) => {
      const better = betterPort(network, port, acls);
      if (better === undefined || !tellPort(better, { kind: 'moved-in', from: port })) return port;
      tellPort(port, { kind: 'moved-out' });
      news.tell(network);
      return better;
    },
    giveBack: (network, port) => {
      tellPort(port, { kind: 'given-back', at: parts.clock.now() });
      renew(network);
      return dropAcls(network);
    },
    untilReady: async (network, port, signal) => {
      if (isReady(port)) return;
      const { stop, end } = untilUnwritable(parts, network);
      // What has failed before may succeed now.
      parts.retries.hurry(network);
      try {
        const either = AbortSignal.any([signal, stop]);
        while (!isReady(port)) await news.next(network, either);
      } finally {
        end();
      }
    },
    idle: (network) => inTurn(network, async () => undefined),
  };
}

/** The pool's work in the background. Pieces of work on one network's ports run one after another. */
function upkeep(
  parts: Parts,
  warm: WarmPorts,
  news: PortNews,
  {
    waiting,
    left,
  }: { readonly waiting: ReadonlyMap<AttachedNetwork, number>; readonly left: LeftAcls },
) {
  const gathering = new Set<AttachedNetwork>();
  const inTurn = <T>(network: AttachedNetwork, task: () => Promise<T>): Promise<T> =>
    poolTurn(parts, network, task);
  const inOwnTurn = <T>(network: AttachedNetwork, task: () => Promise<T>): Promise<T> =>
    apart(() => inTurn(network, task));
  const { idle, attempt, rest } = poolWork(parts, news, (network) => tend(network));
  const settling = new Set<Port>();
  const plan = (network: AttachedNetwork): PoolPlan =>
    planPool(network, {
      waiting: waiting.get(network) ?? 0,
      isSettling: (port) => settling.has(port),
      isLosingAcls: left.isUnderWay,
    });
  const settle = settler(warm, { idle, attempt, settling, plan });
  const grow = (network: AttachedNetwork): void => {
    if (plan(network).add === 0 || idle(network)) return;
    const work = inOwnTurn(network, async () => {
      const { add } = plan(network);
      if (add > 0) await warm.build(network, add);
      goOn(network);
    });
    attempt(network, 'add ports', work);
  };
  const renew = (network: AttachedNetwork): void => {
    if (idle(network) || gathering.has(network)) return;
    gathering.add(network);
    const work = inOwnTurn(network, async () => {
      await parts.clock.sleep(gatherMs, network.life.signal);
      gathering.delete(network);
      const { rebuild, retire } = plan(network);
      await rebuildPorts(parts, network, rebuild);
      settle(network);
      await warm.retire(network, retire);
      goOn(network);
    });
    attempt(network, 'rebuild its ports', work);
  };
  const forgo = (network: AttachedNetwork, ports: readonly Port[]): void => {
    const free = portsToForgo(ports);
    for (const port of free) network.ports.delete(port.ofPort);
    if (free.length === 0) return;
    const work = inOwnTurn(network, () => warm.forgo(network, free));
    attempt(network, 'retire ports', work);
    grow(network);
  };
  /** What there is to do after some work: the ports may be dirty again, too few, or waiting for their flows. */
  const goOn = (network: AttachedNetwork): void => {
    const { isDone, rebuild, retire } = plan(network);
    if (isDone) rest(network);
    if (rebuild.length + retire.length > 0) renew(network);
    settle(network);
    grow(network);
  };
  const tend = (network: AttachedNetwork): void => {
    if (idle(network) || !parts.ovs.live) return;
    for (const port of unfitPorts(network, parts.ovs.state())) tellPort(port, { kind: 'broken' });
    void dropAcls(network);
    goOn(network);
  };
  const dropAcls = async (network: AttachedNetwork): Promise<void> => {
    await left.drop(network);
    const { rebuild, retire } = plan(network);
    if (rebuild.length + retire.length > 0) renew(network);
  };
  return { inTurn, tend, grow, renew, dropAcls, forgo };
}

/** Makes the function that sees warming ports through until they are ready. */
function settler(
  warm: WarmPorts,
  {
    idle,
    attempt,
    settling,
    plan,
  }: Pick<ReturnType<typeof poolWork>, 'idle' | 'attempt'> & {
    readonly settling: Set<Port>;
    readonly plan: (network: AttachedNetwork) => PoolPlan;
  },
): (network: AttachedNetwork) => void {
  const settle = (network: AttachedNetwork): void => {
    const some = plan(network).settle;
    if (some.length === 0 || idle(network)) return;
    for (const port of some) settling.add(port);
    const work = apart(() => warm.settle(network, some))
      .finally(() => {
        for (const port of some) settling.delete(port);
      })
      // One that was held when the work came to its end has been let go since.
      .then(() => settle(network));
    attempt(network, 'get flows for its ports', work);
  };
  return settle;
}

/** Fires, with the reason, when faucet.yaml does not take a network's datapath from now on. */
function untilUnwritable(
  { failures }: Pick<Parts, 'failures'>,
  network: AttachedNetwork,
): { readonly stop: AbortSignal; readonly end: () => void } {
  const stop = new AbortController();
  const end = failures.follow((failure) => {
    if (failure.network === network && failure.what === datapathWrite) stop.abort(failure.error);
  });
  return { stop: stop.signal, end };
}

function noPort(network: AttachedNetwork, cause: unknown): DovesnapError {
  const known = network.notes.get('pool') ?? network.notes.get('faucet');
  const why = known?.sentence ?? 'none became ready in time';
  const name = network.record.name ?? network.spec.bridge;
  return new DovesnapError('PORT_FAILED', `no port is free on network ${name}: ${why}`, { cause });
}
