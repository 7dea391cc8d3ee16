import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Drift } from '../../domain/drift.ts';
import { removeNote } from '../../domain/network-notes.ts';
import { rulesText } from '../../plan/policy/allow-all.ts';
import type { Feature } from '../../services/core/feature.ts';
import { replaceNotes } from '../../services/core/notes.ts';
import type { Parts } from '../../services/core/parts.ts';
import type { Registry } from '../../services/core/registry.ts';
import { noteWhileFileStays } from '../../services/core/repair-notes.ts';
import { keeper } from '../../services/core/upkeep.ts';
import type { FaucetDesk } from '../../services/faucet/faucet-desk.ts';
import { checkIsolation } from './check-isolation.ts';
import {
  isolatedAclEdits,
  isolatedAclNames,
  isolationRemarks,
  staleIsolatedAcls,
  unusedIsolationStep,
} from './isolated-acls.ts';
import { isolatedNetwork } from './isolated-network.ts';

/**
 * Keeps containers of a network apart: keeps their derived ACLs what the operator's ACLs and the ports outside make of
 * them. Ports under one that somebody else has changed are to be closed; those that are behind what they are made from
 * are rewritten with the ports open.
 */
export function isolation(parts: Parts, desk: FaucetDesk, registry: Registry): Feature {
  /** The derived ACLs as they were when they were last right: one that is still so is behind, and not tampered with. */
  const right = new WeakMap<AttachedNetwork, Map<string, string>>();
  // Until it is done the ports stay under what there was.
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'write the derived ACLs of an isolated network to faucet.yaml',
    isPatient: true,
    act: async (network, why) => {
      const { signal } = network.life;
      const wait = { signal, deadline: parts.config.attachTimeout, again: why === 'due' };
      try {
        await desk.write((model) => [...isolatedAclEdits(network, model)], wait);
        removeNote(network.notes, 'isolation write');
      } catch (error) {
        const { message } = error as Error;
        noteWhileFileStays(parts, network.notes, 'isolation write', message);
        throw error;
      }
    },
  });
  return {
    what: 'the derived ACLs',
    on: ({ id, isolated }) => ({
      feature: isolated ? isolatedNetwork(id) : { name: 'isolation' },
    }),
    check: ({ spec }) => checkIsolation(desk, registry, spec),
    unusedStep: unusedIsolationStep,
    look: (network, model) => {
      if (!network.spec.isolated) return [];
      const remarks = isolationRemarks(network, model);
      const said = new Map(remarks.map((sentence) => [sentence, { sentence }]));
      replaceNotes(parts, network, 'isolation', said);
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
      if (stale.size === 0) removeNote(network.notes, 'isolation write');
      if (stale.size > 0 && changed.length === 0) keep.look(network);
      return [...network.ports.values()].flatMap((port): Drift[] => {
        const acl = isolatedAclNames(network.spec.id, port.acls).find((name) =>
          changed.includes(name),
        );
        const isAtRest = port.flows === 'seen' && (port.phase === 'free' || port.phase === 'open');
        if (acl === undefined || !isAtRest) return [];
        return [{ port, what: `ACL ${acl} of interface ${port.ofPort} has other rules` }];
      });
    },
  };
}
