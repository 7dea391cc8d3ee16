import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import type { Drift } from '../../plan/faucet/faucet-drift.ts';
import {
  aclsInFile,
  isolationRemarks,
  isolationStep,
  rulesText,
  staleIsolatedAcls,
} from '../../plan/policy/isolation.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Parts } from '../parts.ts';

/** Keeps the derived ACLs of isolated networks what the operator's ACLs and the ports outside make of them. */
export interface Isolation {
  /**
   * Says which ports are under a derived ACL that somebody else has changed: to be closed and written anew. Derived ACLs
   * that are behind what they are made from are written anew in the background, with the ports open.
   */
  look(network: AttachedNetwork, model: FaucetModel): readonly Drift[];
}

/** Makes {@link Isolation}. */
export function isolation(parts: Parts, desk: FaucetDesk): Isolation {
  /** The derived ACLs as they were when they were last right: one that is still so is behind, and not tampered with. */
  const right = new WeakMap<AttachedNetwork, Map<string, string>>();
  const underWay = new WeakSet<AttachedNetwork>();
  const follow = async (network: AttachedNetwork): Promise<void> => {
    if (underWay.has(network)) return;
    underWay.add(network);
    const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout };
    try {
      await desk.write(() => [isolationStep(network)], wait);
      network.notes.delete('isolation write');
    } catch (error) {
      if (network.life.signal.aborted) return;
      if (!(error instanceof DovesnapError)) throw error;
      // Tried again when the file has changed; until then the ports stay under what there was.
      say(parts, network, 'isolation write', error.message);
    } finally {
      underWay.delete(network);
    }
  };
  return {
    look: (network, model) => {
      if (!network.spec.isolated) return [];
      remark(parts, network, isolationRemarks(network, model));
      const stale = staleIsolatedAcls(network, model);
      const before = right.get(network) ?? new Map<string, string>();
      const now = new Map(
        [...model.acls.values()].map(({ name, rules }) => [name, rulesText(rules)]),
      );
      const changed = [...stale.keys()].filter((acl) => {
        const known = before.get(acl);
        return known !== undefined && known !== now.get(acl);
      });
      for (const [acl, text] of now) if (!stale.has(acl)) before.set(acl, text);
      right.set(network, before);
      if (stale.size > 0 && changed.length === 0) {
        follow(network).catch((err: unknown) =>
          parts.log.error({ network: network.name, err }, 'derived ACLs could not be written'),
        );
      }
      return [...network.ports.values()].flatMap((port): Drift[] => {
        const acl = aclsInFile(network, port.acls).find((name) => changed.includes(name));
        const isAtRest = port.phase === 'ready' && (port.endpoint?.phase ?? 'open') === 'open';
        if (acl === undefined || !isAtRest) return [];
        return [{ port, what: `ACL ${acl} of interface ${port.ofPort} has other rules` }];
      });
    },
  };
}

function remark(parts: Parts, network: AttachedNetwork, remarks: readonly string[]): void {
  const wanted = new Set(remarks.map((sentence) => `isolation: ${sentence}`));
  for (const key of network.notes.keys()) {
    if (key.startsWith('isolation: ') && !wanted.has(key)) network.notes.delete(key);
  }
  for (const sentence of remarks) say(parts, network, `isolation: ${sentence}`, sentence);
}

function say(parts: Parts, network: AttachedNetwork, subject: string, sentence: string): void {
  if (network.notes.get(subject) === sentence) return;
  network.notes.set(subject, sentence);
  parts.log.warn({ network: network.name }, sentence);
}
