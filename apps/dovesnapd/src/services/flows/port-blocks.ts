import { isOvsError } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { dropBlocked, recordBlocked } from '../../domain/network-record.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Parts } from '../core/parts.ts';
import { commitNetwork } from '../records/commit-network.ts';
import type { Flows } from './flows.ts';

/** Why a port is still blocked when nothing is wrong any more. */
const notYet = 'its policy is not in the switch yet';

/** Blocks ports without a container: the gateway's and those of others. */
export interface PortBlocks {
  /**
   * Makes the blocked ports of a network these, by name, with the reasons for it. One that need not be blocked any more
   * is let through once `mayOpen` says so of it. @throws OvsError, DovesnapError `OVS_AWAY`.
   */
  apply(
    network: AttachedNetwork,
    wanted: ReadonlyMap<string, string>,
    mayOpen: (port: string) => boolean,
  ): Promise<void>;
}

/** Makes {@link PortBlocks}. The network's row remembers what is blocked, so that a later daemon lets it through again. */
export function portBlocks(
  parts: Pick<Parts, 'ofctl' | 'ovs' | 'log'>,
  flows: Pick<Flows, 'follow' | 'onKnown'>,
): PortBlocks {
  /** How often a bridge's flows have become known: the switch forgets blocks when it restarts. */
  const starts = new Map<string, number>();
  flows.onKnown((bridge) => void starts.set(bridge, (starts.get(bridge) ?? 0) + 1));
  const asserted = new WeakMap<AttachedNetwork, Map<string, string>>();
  /** What a block was put on; another start, number or device: it is forgotten. Undefined: there is no such port. */
  const stateOf = (network: AttachedNetwork, name: string): string | undefined => {
    const found = rowOf(parts.ovs.state(), network.spec, name);
    if (found?.ofPort === undefined) return undefined;
    return [starts.get(network.spec.bridge), found.ofPort, found.ifindex].join();
  };
  const assert = async (network: AttachedNetwork): Promise<void> => {
    const done = asserted.get(network) ?? new Map<string, string>();
    asserted.set(network, done);
    for (const name of network.record.blocked.keys()) {
      const state = stateOf(network, name);
      // While its flows are not told the switch may be starting: it is to know before Faucet gives it flows.
      const { live } = flows.follow(network);
      if (state === undefined || (live && done.get(name) === state)) continue;
      await parts.ofctl.blockPort(network.spec.bridge, name);
      if (live) done.set(name, state);
    }
  };
  const letThrough = async (network: AttachedNetwork, name: string): Promise<void> => {
    asserted.get(network)?.delete(name);
    try {
      if (stateOf(network, name) !== undefined) {
        await parts.ofctl.unblockPort(network.spec.bridge, name);
      }
    } catch (error) {
      // A port that goes at this moment takes its block along.
      if (!isOvsError(error, 'OFCTL', 'BRIDGE_NOT_FOUND') || stateOf(network, name) !== undefined)
        throw error;
    }
    dropBlocked(network.record, name);
    parts.log.info({ network: network.record.name, port: name }, 'the port is open again');
  };
  return {
    apply: async (network, wanted, mayOpen) => {
      const fresh = [...wanted].filter(([name, why]) => network.record.blocked.get(name) !== why);
      recordBlocked(network.record, fresh);
      // On record before it is so: a daemon that is cut off still knows what to let through.
      if (fresh.length > 0) await commitNetwork(parts, network);
      await assert(network);
      for (const [name, reason] of fresh) {
        parts.log.warn({ network: network.record.name, port: name, reason }, 'the port is blocked');
      }
      const mended = [...network.record.blocked.keys()].filter((name) => !wanted.has(name));
      const over = mended.filter(mayOpen);
      recordBlocked(
        network.record,
        mended.map((name) => [name, notYet]),
      );
      for (const name of over) await letThrough(network, name);
      if (over.length > 0) await commitNetwork(parts, network);
    },
  };
}
