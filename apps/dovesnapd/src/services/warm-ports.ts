import { planPorts, planRemovePorts, type SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { portSpec } from '../plan/bridge-spec.ts';
import { newPorts } from '../plan/pool-choice.ts';
import { closePorts, makeVeths, removeVeths } from '../plan/port-links.ts';
import type { Datapaths } from './datapaths.ts';
import type { Flows } from './flows.ts';
import type { Parts } from './parts.ts';
import { defaultAcls } from './policy.ts';
import type { PortNews } from './port-news.ts';
import { untilAttached } from './until-attached.ts';

/** OVS takes about 1.7 s for a thousand ports in transactions of this size, and answers others in between. */
const portsPerTransaction = 50;

/** Makes ports warm. */
export interface WarmPorts {
  /** Adds ports to a network; they are `warming` when this resolves. @throws DovesnapError, NetnsError; then none is left. */
  build(network: AttachedNetwork, count: number): Promise<readonly Port[]>;
  /**
   * Sees warming ports through until Faucet's flows are there, then closes those that nobody has taken. Waits for as
   * long as the network lives.
   */
  settle(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
}

/** Makes {@link WarmPorts}. */
export function warmPorts(
  parts: Parts,
  datapaths: Datapaths,
  flows: Flows,
  news: PortNews,
): WarmPorts {
  return {
    build: async (network, count) => {
      const ports = newPorts(network, count, defaultAcls(network));
      for (const port of ports) network.ports.set(port.ofPort, port);
      try {
        await parts.host.apply(makeVeths(network, ports, { up: true }));
        await addToSwitch(parts, network, ports);
      } catch (error) {
        for (const port of ports) network.ports.delete(port.ofPort);
        await takeBack(parts, network, ports);
        throw error;
      }
      for (const port of ports) port.phase = 'warming';
      news.tell(network);
      return ports;
    },
    settle: async (network, ports) => {
      const { signal } = network.life;
      await datapaths.configure(network, ports, signal);
      await Promise.all(ports.map((port) => flows.untilCarries(network, port, { signal })));
      const free = ports.filter((port) => port.endpoint === undefined && port.phase === 'warming');
      const closing = parts.host.apply(closePorts(free));
      for (const port of free) port.closing = closing.catch(() => undefined);
      await closing;
      for (const port of ports) if (port.phase === 'warming') port.phase = 'ready';
      network.notes.delete('pool');
      news.tell(network);
    },
  };
}

async function addToSwitch(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
): Promise<void> {
  const engineId = await parts.engineId();
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
