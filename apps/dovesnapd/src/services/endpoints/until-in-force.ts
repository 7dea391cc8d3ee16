import { isOvsError } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { flowsMs } from '../../domain/flows-ms.ts';
import { proceed, prove } from '../../domain/port-life.ts';
import type { Parts } from '../core/parts.ts';
import type { Flows } from '../flows/flows.ts';
import type { PreparePort } from '../pool/prepare-port.ts';

/** Resolves, with the number of the attempt, when a port's policy is in the switch. */
export type UntilInForce = (...args: Parameters<PreparePort>) => Promise<number>;

/**
 * Makes {@link UntilInForce}. A port whose policy does not get there although Faucet has it loaded is restarted under it,
 * as often as it takes. Rejects when the signal fires.
 */
export function untilInForce(
  parts: Pick<Parts, 'faucet'>,
  flows: Pick<Flows, 'untilCarries'>,
  prepare: PreparePort,
): UntilInForce {
  return async (network, port, policy, signal) => {
    for (;;) {
      const { attempt } = port;
      if (await isSeen(flows, network, port, signal)) return prove(port, attempt);
      const { reachable, loaded } = parts.faucet.status();
      if (!reachable || !loaded) continue;
      proceed(port, { kind: 'withdrawn', attempt, lost: true });
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
