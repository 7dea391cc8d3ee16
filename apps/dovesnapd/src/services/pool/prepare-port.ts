import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { raisePorts } from '../../plan/pool/port-links.ts';
import { commitRecords } from '../endpoints/commit-records.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Parts } from '../parts.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { PortPolicy } from '../policy/policy.ts';
import type { Pool } from './pool.ts';

/** Brings a port to where its flows are seen, mirrored or not as its policy asks. */
export type PreparePort = (
  network: AttachedNetwork,
  port: Port,
  policy: PortPolicy,
  signal: AbortSignal,
) => Promise<void>;

/** Makes {@link PreparePort}. */
export function portPreparation(
  parts: Parts,
  pool: Pool,
  desk: FaucetDesk,
  datapaths: Datapaths,
): PreparePort {
  /** A port that was closed before its flows came gets them anew, under the endpoint's own policy from the start. */
  const warmUnder = async (
    network: AttachedNetwork,
    port: Port,
    { acls, mirror }: PortPolicy,
  ): Promise<void> => {
    checkPolicy(await desk.model(), desk.problems, network, port, acls);
    port.acls = acls;
    port.mirrored = mirror;
    await commitRecords(parts, network, [port]);
    port.held = false;
    pool.tend(network);
  };
  /**
   * A port that is to be mirrored, or no more, leaves Faucet and comes back as it is to be: in between nothing crosses
   * it. It is up when Faucet takes it in: an edit of the mirror strips the flows of a port that is down, and link-up
   * does not bring them back (faucet 1.10.12).
   */
  const takeInAnew: PreparePort = async (network, port, policy, signal) => {
    port.phase = 'warming';
    port.held = true;
    await datapaths.withdraw(network, [port], signal);
    await port.closing;
    const here = new Set((await parts.host.links()).map((link) => link.name));
    await parts.host.apply(raisePorts([port], here));
    await warmUnder(network, port, policy);
  };
  return async (network, port, policy, signal) => {
    if (port.phase === 'warming' && port.held) await warmUnder(network, port, policy);
    if (port.phase !== 'ready') await pool.untilReady(network, port, signal);
    if (port.mirrored === policy.mirror) return;
    if (network.mirrorPort === undefined) {
      port.mirrored = policy.mirror;
      return commitRecords(parts, network, [port]);
    }
    checkPolicy(await desk.model(), desk.problems, network, port, policy.acls);
    await takeInAnew(network, port, policy, signal);
    await pool.untilReady(network, port, signal);
  };
}
