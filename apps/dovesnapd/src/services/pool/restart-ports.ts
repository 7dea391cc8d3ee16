import { NetnsError } from '@dovesnap/netns';
import { type AttachedNetwork, isWarming, type Port } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import { raisePorts } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';
import type { Datapaths } from '../faucet/datapaths.ts';

/**
 * For ports that Faucet gave no flows, or whose flows the switch has lost. Faucet reads a new configuration before the
 * switch's message that a port is up when both come while it is busy, and a port that is down then gets none until a cold
 * start (faucet 1.10.12). Taken out of the configuration and raised, they are configured again. One stays when no other
 * is there: Faucet refuses a datapath without interfaces.
 */
export async function restartPorts(
  parts: Parts,
  datapaths: Datapaths,
  network: AttachedNetwork,
  without: readonly Port[],
): Promise<void> {
  const ports = without.filter((port) => port !== lastToStay(network, without));
  if (ports.length === 0) return;
  parts.log.warn(
    { network: network.record.name, ports: ports.length },
    'restarting ports without flows',
  );
  await datapaths.withdraw(network, ports, network.life.signal);
  const filters = ports.map((port) => ({ table: 0, match: `in_port=${port.ofPort}` }));
  await parts.ofctl.deleteFlows(network.spec.bridge, filters);
  const still = ports.filter(isWarming);
  // A container's end may go into its container between the look and the change.
  const raising = raise(parts, still).catch((error: unknown) => {
    if (!(error instanceof NetnsError) || error.code !== 'LINK_NOT_FOUND') throw error;
    return raise(parts, still);
  });
  const work = raising.catch(() => undefined);
  for (const port of still) tellPort(port, { kind: 'link-work', work });
  await raising;
}

async function raise({ host }: Parts, ports: readonly Port[]): Promise<void> {
  const here = new Set((await host.links()).map((link) => link.name));
  await host.apply(raisePorts(ports, here));
}

/** The port that has to wait for the next time, rather one that nobody has; undefined: there are others. */
function lastToStay(network: AttachedNetwork, leaving: readonly Port[]): Port | undefined {
  const others = [...network.ports.values()].filter(
    (port) => !leaving.includes(port) && port.flows !== undefined,
  );
  if (others.length > 0) return undefined;
  return leaving.find(({ endpoint }) => endpoint === undefined) ?? leaving[0];
}
