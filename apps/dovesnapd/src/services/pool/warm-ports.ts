import { planPorts, planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import { foreignNumbers } from '../../plan/interfaces/host-port-specs.ts';
import { madePort } from '../../plan/interfaces/port-offload.ts';
import { portSpec } from '../../plan/networks/bridge-spec.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import { newPorts } from '../../plan/pool/pool-choice.ts';
import { makeVeths, removeVeths } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';
import { poolTurn } from '../core/pool-turn.ts';
import { timeLimit } from '../core/time-limit.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { Flows } from '../flows/flows.ts';
import type { MeterResync } from '../flows/resync-bridge.ts';
import type { PortNews } from './port-news.ts';
import type { RaisedPorts } from './raised-ports.ts';
import { settlePorts } from './settle-ports.ts';
import { untilAttached } from './until-attached.ts';

/** OVS takes about 1.7 s for a thousand ports in transactions of this size, and answers others in between. */
const portsPerTransaction = 50;

/** Makes ports warm. */
export interface WarmPorts {
  /**
   * Adds ports to a network; they are `warming` when this resolves, or `dirty` when the switch does otherwise by then.
   * @throws DovesnapError, NetnsError; then none is left.
   */
  build(network: AttachedNetwork, count: number): Promise<readonly Port[]>;
  /** Takes ports away for good: out of Faucet, off the switch, with their links. */
  retire(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /**
   * Sees warming ports through until Faucet's flows are there, then closes those that nobody has taken. Waits for as
   * long as the network lives.
   */
  settle(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /** Takes free ports off the bridge and out of Faucet: their numbers are somebody else's. @throws DovesnapError. */
  forgo(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
}

/** Makes {@link WarmPorts}. */
export function warmPorts(
  parts: Parts,
  datapaths: Datapaths,
  flows: Flows,
  services: {
    readonly news: PortNews;
    readonly resync: MeterResync;
    readonly raised: RaisedPorts;
  },
): WarmPorts {
  const { news } = services;
  return {
    build: async (network, count) => {
      const declared = await datapaths.declared(network);
      const foreign = [...foreignNumbers(network, parts.ovs.state()), ...declared];
      const ports = newPorts(network, count, defaultAcls(network), foreign);
      for (const port of ports) network.ports.set(port.ofPort, port);
      try {
        // A daemon that was cut off may have left links of these names.
        await parts.host.apply([
          ...removeVeths(network.spec, ports),
          ...makeVeths(network.spec, ports, { up: true }),
        ]);
        await addToSwitch(parts, network, ports);
      } catch (error) {
        for (const port of ports) network.ports.delete(port.ofPort);
        await takeBack(parts, network, ports);
        throw error;
      }
      for (const port of ports) tellPort(port, madePort(network, port, port.attempt));
      news.tell(network);
      return ports;
    },
    forgo: async (network, ports) => {
      await takeBack(parts, network, ports);
      await datapaths.forgo(
        network,
        ports.map((port) => port.ofPort),
      );
    },
    retire: async (network, ports) => {
      if (ports.length === 0) return;
      const limit = timeLimit(parts.clock, parts.config.attachTimeout);
      const signal = AbortSignal.any([network.life.signal, limit.signal]);
      // A Faucet that is away has them until it is back; what follows them under their numbers waits for it.
      await datapaths.withdraw(network, ports, signal).catch((err: unknown) => {
        parts.log.debug(
          { network: network.record.name, err },
          'Faucet still has ports that were removed',
        );
      });
      limit.stop();
      for (const port of ports) network.ports.delete(port.ofPort);
      await takeBack(parts, network, ports);
    },
    settle: settlePorts(parts, datapaths, flows, services),
  };
}

async function addToSwitch(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const { engineId } = network.spec;
  for (let start = 0; start < ports.length; start += portsPerTransaction) {
    const some = ports.slice(start, start + portsPerTransaction);
    const specs = some.map((port) => portSpec(network.spec, port, engineId));
    await parts.ovs.commit((state) => planPorts(state, network.spec.bridge, specs));
    await untilAttached(parts.ovs, network, some);
  }
}

/**
 * Takes ports off the bridge that are not the network's any more; one that cannot be now is as soon as it can. Their links
 * are found as stray when Docker's list is next compared.
 */
async function takeBack(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const remove = async (): Promise<void> => {
    // A port that was added since may have the same name.
    const used = new Set([...network.ports.values()].map(({ hostLink }) => hostLink));
    const names = ports.map(({ hostLink }) => hostLink).filter((name) => !used.has(name));
    await parts.ovs.commit((state) => planRemovePorts(state, network.spec.bridge, names));
  };
  await remove().catch(() => {
    const effect = { what: 'take ports off the bridge that were given up', network };
    parts.retries.keepTrying(effect, () => poolTurn(parts, network, remove), network.life);
  });
  await parts.host.apply(removeVeths(network.spec, ports)).catch(() => undefined);
}
