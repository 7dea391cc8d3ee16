import { isOvsError } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { Parts } from '../parts.ts';
import type { PreparePort } from '../pool/prepare-port.ts';
import type { Flows } from './flows.ts';

/** Flows are there milliseconds after Faucet says that it has the configuration, some more on a busy machine. */
const flowsMs = 2000;

/**
 * Makes the function that resolves when a port's policy is in the switch. One that does not get there although Faucet has
 * it loaded is made anew under its policy, as often as it takes. Rejects when the signal fires.
 */
export function untilInForce(
  parts: Pick<Parts, 'faucet'>,
  flows: Pick<Flows, 'untilCarries'>,
  prepare: PreparePort,
): PreparePort {
  return async (network, port, policy, signal) => {
    while (!(await isSeen(flows, network, port, signal))) {
      const { reachable, loaded } = parts.faucet.status();
      if (!reachable || !loaded) continue;
      port.phase = 'warming';
      port.held = true;
      port.lost = true;
      await prepare(network, port, policy, signal);
    }
  };
}

/** Whether the flows come within a time in which they should. @throws OvsError `ABORTED`. */
async function isSeen(
  flows: Pick<Flows, 'untilCarries'>,
  network: AttachedNetwork,
  port: Port,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await flows.untilCarries(network, port, { signal, deadline: flowsMs });
    return true;
  } catch (error) {
    if (signal.aborted || !isOvsError(error, 'TIMEOUT')) throw error;
    return false;
  }
}
