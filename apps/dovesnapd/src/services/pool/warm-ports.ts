import { planPorts, planRemovePorts, type SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { foreignNumbers } from '../../plan/interfaces/added-ports.ts';
import { phaseWhenMade } from '../../plan/interfaces/offloads.ts';
import { portSpec } from '../../plan/networks/bridge-spec.ts';
import { newPorts } from '../../plan/pool/pool-choice.ts';
import { makeVeths, removeVeths } from '../../plan/pool/port-links.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { Flows } from '../flows/flows.ts';
import { type MeetAnew, meterNote } from '../flows/meet-anew.ts';
import type { Parts } from '../parts.ts';
import { defaultAcls } from '../policy/policy.ts';
import type { PortNews } from './port-news.ts';
import { readyPorts } from './ready-ports.ts';
import { startAnew } from './start-anew.ts';
import { untilAttached } from './until-attached.ts';

/** OVS takes about 1.7 s for a thousand ports in transactions of this size, and answers others in between. */
const portsPerTransaction = 50;

/** Flows are there milliseconds after Faucet says that it has the configuration, some more on a busy machine. */
const flowsMs = 2000;

/** Between two looks at ports whose flows do not come. */
const longestMs = 60_000;

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
  services: { readonly news: PortNews; readonly meet: MeetAnew },
): WarmPorts {
  const { news, meet } = services;
  const settled = readyPorts(parts, flows, news);
  return {
    build: async (network, count) => {
      const declared = await datapaths.declared(network);
      const foreign = [...foreignNumbers(network, parts.ovs.state()), ...declared];
      const ports = newPorts(network, count, defaultAcls(network), foreign);
      for (const port of ports) network.ports.set(port.ofPort, port);
      try {
        // A daemon that was cut off may have left links of these names.
        await parts.host.apply([
          ...removeVeths(network, ports),
          ...makeVeths(network, ports, { up: true }),
        ]);
        await addToSwitch(parts, network, ports);
      } catch (error) {
        for (const port of ports) network.ports.delete(port.ofPort);
        await takeBack(parts, network, ports);
        throw error;
      }
      for (const port of ports) port.phase = phaseWhenMade(network, port);
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
      const deadline = AbortSignal.timeout(parts.config.attachTimeout);
      const signal = AbortSignal.any([network.life.signal, deadline]);
      // A Faucet that is away has them until it is back; what follows them under their numbers waits for it.
      await datapaths.withdraw(network, ports, signal).catch((err: unknown) => {
        parts.log.debug({ network: network.name, err }, 'Faucet still has ports that were removed');
      });
      for (const port of ports) network.ports.delete(port.ofPort);
      await takeBack(parts, network, ports);
    },
    settle: async (network, ports) => {
      const { signal } = network.life;
      const rest = (): Port[] =>
        ports.filter(
          (port) => port.phase !== 'ready' && !port.held && network.ports.get(port.ofPort) === port,
        );
      await settled.now(
        network,
        ports.filter((port) => datapaths.isWritten(network, port)),
      );
      await startAnew(
        parts,
        datapaths,
        network,
        rest().filter((port) => port.lost),
      );
      for (let patience = flowsMs; rest().length > 0; patience *= 2) {
        await datapaths.configure(network, rest(), signal);
        await settled.within(network, rest(), Math.min(patience, longestMs));
        // Without any flows Faucet and the switch have yet to meet, and then all ports get theirs.
        if (await meet(network, rest())) continue;
        if (hasReadyPort(network)) await startAnew(parts, datapaths, network, rest());
      }
      // Whether what it says is still so.
      if (network.notes.has(meterNote)) await meet(network, ports);
    },
  };
}

async function addToSwitch(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const { engineId } = network;
  for (let start = 0; start < ports.length; start += portsPerTransaction) {
    const some = ports.slice(start, start + portsPerTransaction);
    const specs = some.map((port) => portSpec(network, port, engineId));
    await parts.ovs.commit((state) => planPorts(state, network.spec.bridge, specs));
    await untilAttached(parts.ovs, network, some);
  }
}

/** What cannot be taken back now is found as stray when Docker's list is next compared. */
async function takeBack(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const names = ports.map((port) => port.hostLink);
  const plan = (state: SwitchState) => planRemovePorts(state, network.spec.bridge, names);
  await parts.ovs.commit(plan).catch(() => undefined);
  await parts.host.apply(removeVeths(network, ports)).catch(() => undefined);
}

function hasReadyPort(network: AttachedNetwork): boolean {
  return [...network.ports.values()].some((port) => port.phase === 'ready');
}
