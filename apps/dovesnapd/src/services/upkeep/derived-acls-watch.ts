import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { Drift } from '../../domain/drift.ts';
import { removeNote } from '../../domain/network-notes.ts';
import { rulesText } from '../../plan/policy/allow-all.ts';
import { derivedAclEdits, isDerivedFor, staleDerivedAcls } from '../../plan/policy/derived-acls.ts';
import { aclsInFile } from '../../plan/policy/policy-acls.ts';
import type { Parts } from '../core/parts.ts';
import { noteWhileFileStays } from '../core/repair-notes.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';

/** The note that says why they cannot be written. */
const note = 'derived ACLs';

/**
 * Looks at a network's derived ACLs, and says which ports are to be closed. Those that are only behind what they are made
 * from are rewritten in the background.
 */
export type DerivedAclsWatch = (network: AttachedNetwork, model: FaucetModel) => readonly Drift[];

/**
 * Makes {@link DerivedAclsWatch}: keeps derived ACLs what the operator's and the features make of them. Ports under one
 * that somebody else has changed are to be closed; those that are behind what they are made from are rewritten with the
 * ports open.
 */
export function derivedAclsWatch(parts: Parts, desk: FaucetDesk): DerivedAclsWatch {
  /** The derived ACLs as they were when they were last right: one that is still so is behind, and not tampered with. */
  const right = new WeakMap<AttachedNetwork, Map<string, string>>();
  const followed = follower(parts, desk);
  return (network, model) => {
    const stale = staleDerivedAcls(network, model);
    const before = right.get(network) ?? new Map<string, string>();
    const derived = [...model.acls.values()].filter(({ name }) => isDerivedFor(network, name));
    const now = new Map(derived.map(({ name, rules }) => [name, rulesText(rules)]));
    const changed = [...stale.keys()].filter((acl) => {
      const known = before.get(acl);
      return known !== undefined && known !== now.get(acl);
    });
    for (const [acl, text] of now) if (!stale.has(acl)) before.set(acl, text);
    right.set(network, before);
    if (stale.size === 0) removeNote(network.notes, note);
    if (stale.size > 0 && changed.length === 0) followed.look(network);
    return changed.length === 0 ? [] : portsUnder(network, changed);
  };
}

/** Makes the keeper that rewrites a network's derived ACLs. Until it is done the ports stay under what there was. */
function follower(parts: Parts, desk: FaucetDesk): Keeper<AttachedNetwork> {
  return keeper<AttachedNetwork>(parts, {
    what: 'write derived ACLs to faucet.yaml',
    isPatient: true,
    act: async (network, why) => {
      const { signal } = network.life;
      const wait = { signal, deadline: parts.config.attachTimeout, again: why === 'due' };
      try {
        await desk.write((model) => [...derivedAclEdits(network, model)], wait);
        removeNote(network.notes, note);
      } catch (error) {
        noteWhileFileStays(parts, network.notes, note, (error as Error).message);
        throw error;
      }
    },
  });
}

/** The ports at rest that are under one of these ACLs. */
function portsUnder(network: AttachedNetwork, changed: readonly string[]): Drift[] {
  return [...network.ports.values()].flatMap((port): Drift[] => {
    const acl = aclsInFile(network, port).find((name) => changed.includes(name));
    const isAtRest = port.flows === 'seen' && (port.phase === 'free' || port.phase === 'open');
    if (acl === undefined || !isAtRest) return [];
    return [{ port, what: `ACL ${acl} of interface ${port.ofPort} has other rules` }];
  });
}
