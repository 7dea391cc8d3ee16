import type { FaucetModel, Problem } from '@dovesnap/faucet-config';
import type { AclTrouble } from '../../domain/acl-trouble.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl } from '../../domain/names.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { quoted } from '../../domain/words.ts';
import { gatewayAcls } from '../faucet/gateway-interface.ts';
import { vlanOutAcls } from '../faucet/vlan-out-acls.ts';
import { droppedProblem, placeOf, refusedProblem } from '../policy/acl-problems.ts';

/** What is known of ACLs at a moment. */
export interface AclFacts {
  readonly model: FaucetModel;
  /** All that is wrong with the file. */
  readonly problems: readonly Problem[];
  /** ACLs that have changed since Faucet last took the file, while it refuses it for this reason. */
  readonly refused: { readonly acls: ReadonlySet<string>; readonly reason: string } | undefined;
  /** ACLs of which the switch has lacked a rule for some time. */
  readonly lacking: ReadonlyMap<string, Lack>;
}

/** Where the switch lacks a rule of an ACL. */
export interface Lack {
  /** Whether what the ACL said before is there, whole. */
  readonly isStale: boolean;
  readonly where: string;
}

/** The ACLs that something of a network is under. */
export function usedAcls(network: AttachedNetwork, model: FaucetModel): string[] {
  const ports = [...network.ports.values()].filter(({ phase }) => phase !== 'building');
  const hasGateway = network.spec.mode !== 'flat' && network.record.gatewayBefore !== undefined;
  const all = [
    ...ports.flatMap(({ acls }) => acls),
    ...(hasGateway ? gatewayAcls(network, model) : []),
    ...(vlanOutAcls(network) ?? []),
    ...network.observation.otherPorts.flatMap(({ acls }) => acls),
  ];
  return [...new Set(all)].sort();
}

/** What is wrong with the ACLs that are in use on a network, each ACL once, the worst first. */
export function findAclTroubles(network: AttachedNetwork, facts: AclFacts): AclTrouble[] {
  return usedAcls(network, facts.model).flatMap(
    (acl) => troubleOf(network.record, acl, facts) ?? [],
  );
}

/** Of these ACLs the first that must not have anything open under it, because the switch lacks a rule of it. */
export function droppedAmong(
  acls: readonly string[],
  troubles: readonly AclTrouble[],
): AclTrouble | undefined {
  return troubles.find(({ acl, problem }) => problem === 'dropped' && acls.includes(acl));
}

function troubleOf(
  record: NetworkRecord,
  acl: string,
  { model, problems, refused, lacking }: AclFacts,
): AclTrouble | undefined {
  // Before a datapath is there so is nothing of ours that anybody could have removed.
  if (!model.acls.has(acl)) {
    if (acl === allowAllAcl && !model.dps.has(record.name ?? '')) return undefined;
    const sentence = `ACL ${quoted(acl)} is not in faucet.yaml: ports under it keep its last rules or are closed`;
    return { acl, problem: 'missing', sentence };
  }
  const dropped = droppedProblem(acl, problems, model);
  if (dropped !== undefined) {
    const why = `(${placeOf(dropped)}): ${dropped.message}`;
    const sentence = `the switch does not take a rule of ACL ${quoted(acl)} ${why}: ports under it are closed`;
    return { acl, problem: 'dropped', sentence };
  }
  const problem = refusedProblem(acl, problems, model);
  const reason =
    (problem && `${problem.message} (${placeOf(problem)})`) ??
    (refused?.acls.has(acl) ? refused.reason : undefined);
  if (reason !== undefined) {
    const sentence = `Faucet refuses ACL ${quoted(acl)}: ${reason}; its last rules stay in force`;
    return { acl, problem: 'refused', sentence };
  }
  const lack = lacking.get(acl);
  return lack && { acl, ...lackTrouble(acl, lack) };
}

function lackTrouble(acl: string, { isStale, where }: Lack): Omit<AclTrouble, 'acl'> {
  return isStale
    ? {
        problem: 'stale',
        sentence: `the last rules of ACL ${quoted(acl)} still hold on ${where}: Faucet puts the change in force when it is restarted`,
      }
    : {
        problem: 'dropped',
        sentence: `the switch lacks a rule of ACL ${quoted(acl)} on ${where}: ports under it are closed`,
      };
}
