import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { tellPort } from '../../domain/port-life.ts';
import { portDrift } from '../../plan/faucet/faucet-drift.ts';
import { leftAclEdits, portsWithLeftAcls } from '../../plan/faucet/left-acl-edits.ts';
import { defaultAcls } from '../../plan/policy/default-acls.ts';
import type { Parts } from '../core/parts.ts';
import { keeper } from '../core/upkeep.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { commitRecords } from '../records/commit-records.ts';

/** Takes ACLs that only labels asked for off free ports. */
export interface LeftAcls {
  /**
   * Puts free ports under the network's default ACLs where they carry what nobody uses any more, in one write for all.
   * Resolves when that is written, or cannot be now: then the pool goes on trying. The ports are `dirty` from now on.
   *
   * A Faucet that is away refuses nothing, and could not give a container that comes back its policy: until it is here
   * again only ports whose ACL has been deleted are changed.
   */
  drop(network: AttachedNetwork): Promise<void>;
  /** Whether that is under way for a port: nobody else touches it meanwhile. */
  isUnderWay(port: Port): boolean;
}

/** Makes {@link LeftAcls}. */
export function leftAcls(
  parts: Parts,
  desk: Pick<FaucetDesk, 'latest' | 'model' | 'write'>,
): LeftAcls {
  const underWay = new Set<Port>();
  const waiting = new WeakMap<AttachedNetwork, Port[]>();
  const isAway = (): boolean => !parts.faucet.status().reachable;
  const isDeleted = (acl: string): boolean => desk.latest?.acls.has(acl) === false;
  const isUnderWay = (port: Port): boolean => underWay.has(port);
  const act = async (network: AttachedNetwork, ports: readonly Port[]): Promise<void> => {
    // As with any port that changes its ACLs: with the old flows gone, what is there afterwards came with the edit.
    const filters = ports.map((port) => ({ table: 0, match: `in_port=${port.ofPort}` }));
    await parts.ofctl.deleteFlows(network.spec.bridge, filters).catch((err: unknown) => {
      parts.log.debug(
        { network: network.record.name, err },
        'flows of free ports could not be deleted',
      );
    });
    await Promise.all([commitRecords(parts, network, ports), write(network, ports)]);
  };
  /** Waits for the file, not for Faucet's reload: whoever deletes the ACL next does so in a file that no longer names it. */
  const write = async (network: AttachedNetwork, ports: readonly Port[]): Promise<void> => {
    const deadline = isAway() ? 0 : parts.config.attachTimeout;
    const stop = new AbortController();
    const signal = AbortSignal.any([network.life.signal, stop.signal]);
    const untilSaid = async (): Promise<void> => {
      for await (const _ of parts.faucet.changes({ signal })) {
        await desk.model().catch(() => undefined);
        if (isSaid(desk.latest, network, ports)) return;
      }
      // The race is over: what was written, or why it was not, is told by the other side.
      await written;
    };
    const written = desk.write((model) => leftAclEdits(network, ports, model), {
      signal: network.life.signal,
      deadline,
    });
    try {
      await Promise.race([written, untilSaid()]);
    } finally {
      stop.abort();
      // What Faucet says of it concerns the pool, which waits for the ports' flows.
      written.catch(() => undefined);
    }
  };
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'put free ports under the default ACL',
    tell: ({ record }, err) => {
      const what = 'free ports could not be put under the default ACL yet';
      parts.log.warn({ network: record.name, err }, what);
    },
    act: async (network) => {
      const ports = waiting.get(network) ?? [];
      waiting.delete(network);
      if (ports.length === 0) return;
      try {
        await act(network, ports);
      } finally {
        for (const port of ports) underWay.delete(port);
      }
    },
  });
  return {
    isUnderWay,
    drop: async (network) => {
      if (network.record.name === undefined || network.life.signal.aborted) return;
      const byDefault = defaultAcls(network);
      const candidates = (): Port[] =>
        portsWithLeftAcls(network, byDefault).filter(
          (port) => !isUnderWay(port) && (!isAway() || port.acls.some(isDeleted)),
        );
      // That it went is told only seconds later, by our bridges.
      if (candidates().length > 0 && !isAway()) await parts.faucet.refresh();
      const ports = candidates();
      // Somebody else may be at them, and whoever asks relies on the file.
      if (ports.length === 0 && ![...network.ports.values()].some(isUnderWay)) return;
      for (const port of ports) {
        tellPort(port, { kind: 'acls-dropped', acls: byDefault });
        underWay.add(port);
      }
      waiting.set(network, [...(waiting.get(network) ?? []), ...ports]);
      await keep.assert(network).catch(() => undefined);
    },
  };
}

function isSaid(
  model: FaucetModel | undefined,
  network: AttachedNetwork,
  ports: readonly Port[],
): boolean {
  return (
    model !== undefined && ports.every((port) => portDrift(network, port, model) === undefined)
  );
}
