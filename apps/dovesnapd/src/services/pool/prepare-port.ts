import type { FaucetModel } from '@dovesnap/faucet-config';
import {
  type AttachedNetwork,
  isReady,
  lacksFlows,
  type Port,
} from '../../domain/attached-network.ts';
import { proceed, tellPort } from '../../domain/port-life.ts';
import { differingTreatments } from '../../domain/treatments.ts';
import { portDrift } from '../../plan/faucet/faucet-drift.ts';
import { unmetTreatment } from '../../plan/policy/unmet-treatments.ts';
import type { Parts } from '../core/parts.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { PortPolicy } from '../policy/policy.ts';
import { commitRecords } from '../records/commit-records.ts';
import type { Pool } from './pool.ts';
import type { RaisedPorts } from './raised-ports.ts';

/** Brings a port to where its flows are seen, and its traffic is treated as its policy asks. */
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
  services: { readonly datapaths: Datapaths; readonly raised: RaisedPorts },
): PreparePort {
  const { datapaths, raised } = services;
  /** A port that was closed before its flows came gets them under the endpoint's own policy from the start. */
  const warmUnder = async (
    network: AttachedNetwork,
    port: Port,
    { acls, treatments }: PortPolicy,
  ): Promise<void> => {
    const { attempt: begun } = port;
    checkPolicy(await desk.model(), desk.problems, network, port, { acls, treatments });
    const attempt = proceed(port, { kind: 'policy-chosen', attempt: begun, acls, treatments });
    await commitRecords(parts, network, [port]);
    proceed(port, { kind: 'let-go', attempt });
    pool.tend(network);
  };
  /**
   * A port whose treatment changes leaves Faucet and comes back as it is to be: in between nothing crosses it. It is up
   * when Faucet takes it in: a port that is down loses its flows with the edit, and link-up does not bring them back
   * (faucet 1.10.12).
   */
  const takeInAgain: PreparePort = async (network, port, policy, signal) => {
    proceed(port, { kind: 'withdrawn', attempt: port.attempt, lost: false });
    await datapaths.withdraw(network, [port], signal);
    // That Faucet has loaded it is known a moment before the switch has lost the flows.
    const filter = { table: 0, match: `in_port=${port.ofPort}` };
    await parts.ofctl.deleteFlows(network.spec.bridge, [filter]);
    await port.closing;
    await raised.raise(network, [port]);
    await warmUnder(network, port, policy);
  };
  return async (network, port, policy, signal) => {
    if (isReady(port) && isChanged(network, port, desk.latest)) {
      tellPort(port, { kind: 'doubted' });
      pool.tend(network);
    }
    if (lacksFlows(port) && port.held) await warmUnder(network, port, policy);
    if (!isReady(port)) await pool.untilReady(network, port, signal);
    const differing = differingTreatments(port.treatments, policy.treatments);
    if (differing.length === 0) return;
    if (differing.every((treatment) => unmetTreatment(network.spec, treatment) !== undefined)) {
      const { treatments } = policy;
      proceed(port, { kind: 'treatments-noted', attempt: port.attempt, treatments });
      return commitRecords(parts, network, [port]);
    }
    checkPolicy(await desk.model(), desk.problems, network, port, policy);
    await takeInAgain(network, port, policy, signal);
    await pool.untilReady(network, port, signal);
  };
}

/**
 * Whether faucet.yaml says otherwise of a closed port: that is written and seen again before it opens. Faucet says that it
 * has loaded what somebody has changed before the flows of before are gone.
 */
function isChanged(network: AttachedNetwork, port: Port, model: FaucetModel | undefined): boolean {
  return model !== undefined && portDrift(network, port, model) !== undefined;
}
