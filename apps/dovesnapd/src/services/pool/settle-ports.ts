import {
  type AttachedNetwork,
  isReady,
  isWarming,
  type Port,
} from '../../domain/attached-network.ts';
import { flowsMs } from '../../domain/flows-ms.ts';
import type { Parts } from '../core/parts.ts';
import type { Retries } from '../core/retries.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { Flows } from '../flows/flows.ts';
import type { MeterResync } from '../flows/resync-bridge.ts';
import type { PortNews } from './port-news.ts';
import { isWaiting, type RaisedPorts } from './raised-ports.ts';
import { readyPorts } from './ready-ports.ts';
import { restartPorts } from './restart-ports.ts';

/** Between two looks at ports whose flows do not come. */
const longestMs = 60_000;

/** Sees warming ports of a network through until they are ready, held by somebody, to be rebuilt, or gone. */
export type SettlePorts = (network: AttachedNetwork, ports: readonly Port[]) => Promise<void>;

/** Makes {@link SettlePorts}. */
export function settlePorts(
  parts: Parts,
  datapaths: Datapaths,
  flows: Flows,
  services: {
    readonly news: PortNews;
    readonly resync: MeterResync;
    readonly raised: RaisedPorts;
  },
): SettlePorts {
  const { news, resync, raised } = services;
  const settled = readyPorts(raised, flows, news);
  const restart = (network: AttachedNetwork, ports: readonly Port[]): Promise<void> =>
    restartPorts(parts, { datapaths, raised }, network, ports);
  const help = async (network: AttachedNetwork, ports: readonly Port[]): Promise<void> => {
    if (ports.length === 0 || (await resync(network, ports))) return;
    // Without any flows the switch has yet to connect to Faucet, and then all ports get theirs.
    if (hasReadyPort(network)) await restart(network, ports);
  };
  return async (network, ports) => {
    await raised.learn(network);
    const rest = (): Port[] => ports.filter((port) => isUnderWay(network, port));
    await settled.now(
      network,
      ports.filter((port) => datapaths.isWritten(network, port)),
    );
    const lost = rest().filter((port) => port.flows === 'lost');
    await restart(network, lost);
    let tries = 0;
    while (rest().length > 0) {
      await datapaths.configure(network, rest(), network.life.signal);
      const ms = Math.min(flowsMs * 2 ** tries, longestMs);
      const changed = await endsEarly(parts.retries, (unchanged) =>
        settled.within(network, rest(), { ms, signal: unchanged }),
      );
      // A switch that restarts forgets which ports are blocked.
      await raised.lower(rest().filter(isWaiting));
      tries = changed ? 0 : tries + 1;
      // Faucet has yet to load what somebody else has written.
      if (!changed) await help(network, rest());
    }
  };
}

function isUnderWay(network: AttachedNetwork, port: Port): boolean {
  return isWarming(port) && network.ports.get(port.ofPort) === port;
}

/** Runs a wait that ends early when what effects depend on has changed; answers whether it has. */
async function endsEarly(
  retries: Pick<Retries, 'onStartOver'>,
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const changed = new AbortController();
  const forget = retries.onStartOver(() => changed.abort());
  try {
    await wait(changed.signal);
  } finally {
    forget();
  }
  return changed.signal.aborted;
}

function hasReadyPort(network: AttachedNetwork): boolean {
  return [...network.ports.values()].some(isReady);
}
