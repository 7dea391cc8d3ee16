import {
  type AttachedNetwork,
  isOffSwitch,
  isWarming,
  type Port,
} from '../../domain/attached-network.ts';
import type { Parts } from '../core/parts.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { RaisedPorts } from './raised-ports.ts';

/**
 * For ports that Faucet gave no flows, or whose flows the switch has lost. Faucet reads a new configuration before the
 * switch's message that a port is up when both come while it is busy, and a port that is down then gets none until a cold
 * start (faucet 1.10.12). Taken out of the configuration and raised, they are configured again. One stays when no other
 * is there: Faucet refuses a datapath without interfaces.
 */
export async function restartPorts(
  parts: Parts,
  services: { readonly datapaths: Datapaths; readonly raised: RaisedPorts },
  network: AttachedNetwork,
  without: readonly Port[],
): Promise<void> {
  const ports = without.filter((port) => port !== lastToStay(network, without));
  if (ports.length === 0) return;
  parts.log.warn(
    { network: network.record.name, ports: ports.length },
    'restarting ports without flows',
  );
  await services.datapaths.withdraw(network, ports, network.life.signal);
  const filters = ports.map((port) => ({ table: 0, match: `in_port=${port.ofPort}` }));
  await parts.ofctl.deleteFlows(network.spec.bridge, filters);
  await services.raised.raise(network, ports.filter(isWarming));
}

/** The port that has to wait for the next time, rather one that nobody has; undefined: there are others. */
function lastToStay(network: AttachedNetwork, leaving: readonly Port[]): Port | undefined {
  const others = [...network.ports.values()].filter(
    (port) => !leaving.includes(port) && !isOffSwitch(port),
  );
  if (others.length > 0) return undefined;
  return leaving.find(({ endpoint }) => endpoint === undefined) ?? leaving[0];
}
