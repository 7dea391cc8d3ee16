import { NetnsError } from '@dovesnap/netns';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import { closePorts, raisePorts } from '../../plan/pool/port-links.ts';
import type { Parts } from '../core/parts.ts';

/** Puts ports up so that Faucet gives them their flows, and down again. */
export interface RaisedPorts {
  /**
   * Puts ports up that leave Faucet and come back. A port of a container that waits is blocked in the switch first: its
   * interface may be in the container already, and its rules come one after another, or not all of them.
   * @throws NetnsError, OvsError.
   */
  raise(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /** Puts ports down, and then ends their blocks. Does nothing to a port that is down. @throws NetnsError, OvsError. */
  lower(ports: readonly Port[]): Promise<void>;
  /** Learns which ports a daemon before this one has left blocked, once for each network. @throws OvsError. */
  learn(network: AttachedNetwork): Promise<void>;
  /** Ends the block of a port that is to be opened; does nothing when it has none. @throws OvsError. */
  unblock(port: Port): Promise<void>;
}

/** Makes {@link RaisedPorts}. */
export function raisedPorts({ host, ofctl }: Pick<Parts, 'host' | 'ofctl'>): RaisedPorts {
  /** The bridge of each host end that is blocked. */
  const blocked = new Map<string, string>();
  const learned = new WeakSet<AttachedNetwork>();
  const block = async ({ spec: { bridge } }: AttachedNetwork, { hostLink }: Port) => {
    // Also one that is said to be blocked: a switch that has restarted knows nothing of it.
    await ofctl.blockPort(bridge, hostLink);
    blocked.set(hostLink, bridge);
  };
  const unblock = async ({ hostLink }: Port): Promise<void> => {
    const bridge = blocked.get(hostLink);
    if (bridge === undefined) return;
    await ofctl.unblockPort(bridge, hostLink);
    blocked.delete(hostLink);
  };
  const putUp = async (ports: readonly Port[]): Promise<void> => {
    const here = new Set((await host.links()).map((link) => link.name));
    await host.apply(raisePorts(ports, here));
  };
  return {
    raise: (network, ports) =>
      asLinkWork(ports, async () => {
        for (const port of ports.filter(isWaiting)) await block(network, port);
        await putUp(ports).catch((error: unknown) => {
          if (!(error instanceof NetnsError) || error.code !== 'LINK_NOT_FOUND') throw error;
          // A container's end has gone into its container between the look and the change.
          return putUp(ports);
        });
      }),
    lower: (ports) =>
      asLinkWork(ports, async () => {
        await host.apply(closePorts(ports));
        for (const port of ports) await unblock(port);
      }),
    learn: async (network) => {
      if (learned.has(network)) return;
      const names = await ofctl.blockedPorts(network.spec.bridge);
      learned.add(network);
      for (const { hostLink } of network.ports.values()) {
        if (names.has(hostLink)) blocked.set(hostLink, network.spec.bridge);
      }
    },
    unblock,
  };
}

/** Returns whether the container of a port may be there and is not to be heard yet. One being attached is not there yet. */
export function isWaiting({ phase }: Port): boolean {
  return phase === 'pending' || phase === 'refused';
}

/** Does work on links; whoever opens or closes one of them waits for it. */
function asLinkWork(ports: readonly Port[], act: () => Promise<void>): Promise<void> {
  const result = act();
  const work = result.catch(() => undefined);
  for (const port of ports) tellPort(port, { kind: 'link-work', work });
  return result;
}
