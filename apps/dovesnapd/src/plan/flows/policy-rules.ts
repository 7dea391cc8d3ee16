import { expectedAclFlows, type FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl, localOfPort, localSwitchPort } from '../../domain/names.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { gatewayAcls } from '../faucet/gateway-interface.ts';
import { portsForFaucet } from '../interfaces/other-port-edits.ts';
import { type AclPolicy, isMade, operatorsAcl, policyAcls } from '../policy/policy-acls.ts';
import { type ExpectedFlow, hasExactly, isFlowOf, table } from './flows-match.ts';

/** A port that Faucet polices by ACLs of the operator's. */
export interface PolicedPort extends AclPolicy {
  /** As the flows name it. */
  readonly inPort: number;
  /** Of a container: features may have replaced its ACLs by ours, made from these. */
  readonly isContainers: boolean;
}

/** One rule of a port's policy as the switch has it. */
export interface PolicyRule {
  /** The operator's ACL that it comes from; undefined: it is ours. */
  readonly acl: string | undefined;
  readonly flow: ExpectedFlow;
}

/** The ports of a network that are under ACLs of the operator's. */
export function policedPorts(network: AttachedNetwork, model: FaucetModel): PolicedPort[] {
  const containers = [...network.ports.values()]
    .filter(({ endpoint, flows }) => endpoint !== undefined || flows === 'seen')
    .map(({ ofPort, acls, treatments }) => ({
      ...{ inPort: ofPort, acls, treatments },
      isContainers: true,
    }));
  const others = portsForFaucet(network, network.observation.otherPorts, model).map(
    ({ ofPort, acls, treatments }) => ({
      ...{ inPort: ofPort, acls, treatments },
      isContainers: false,
    }),
  );
  const hasGateway = network.spec.mode !== 'flat' && network.record.gatewayBefore !== undefined;
  const gateway = {
    inPort: localSwitchPort,
    acls: gatewayAcls(network, model),
    treatments: noTreatments,
    isContainers: false,
  };
  return [...containers, ...(hasGateway ? [gateway] : []), ...others].filter(({ acls }) =>
    acls.some((acl) => acl !== allowAllAcl),
  );
}

/** The number that flows have for a port of this one in faucet.yaml. */
export function inPortOf(ofPort: number): number {
  return ofPort === localOfPort ? localSwitchPort : ofPort;
}

/** The rules of a port's policy; undefined while faucet.yaml, as far as it is known, does not have one of its ACLs. */
export function policyRules(
  network: AttachedNetwork,
  { acls, treatments, isContainers = true }: AclPolicy & Partial<Pick<PolicedPort, 'isContainers'>>,
  model: FaucetModel | undefined,
): PolicyRule[] | undefined {
  const wanted = isContainers ? policyAcls(network, { acls, treatments }) : acls.map(operatorsAcl);
  if (wanted.every((acl) => !isMade(acl) && acl.name === allowAllAcl)) {
    return [{ acl: undefined, flow: { priority: 20480, verdict: 'allow', match: [] } }];
  }
  if (model === undefined) return undefined;
  // By what the ACLs are to be, whatever faucet.yaml says of ours.
  const made = wanted.flatMap(({ inFile, from }) => {
    const acl = inFile(model);
    return acl === undefined ? [] : [{ acl, from }];
  });
  if (made.length < wanted.length) return undefined;
  const whose = made.flatMap(({ acl, from }) => acl.rules.map(() => from));
  const known = { ...model, acls: new Map(made.map(({ acl }) => [acl.name, acl])) };
  const names = made.map(({ acl }) => acl.name);
  return expectedAclFlows(known, names).map((flow, i) => ({ acl: whose[i], flow }));
}

/** The operator's ACLs of which a port's flows lack a rule. A port that Faucet has no flows for at all lacks none. */
export function lackingAcls(rules: readonly PolicyRule[], flows: readonly Flow[]): string[] {
  if (!flows.some((flow) => flow.table === table.vlan)) return [];
  const there = flows.filter((flow) => flow.table === table.portAcl);
  const lacking = rules.filter((rule) => !there.some((flow) => isFlowOf(rule.flow, flow)));
  return [...new Set(lacking.flatMap(({ acl }) => acl ?? []))];
}

/** Whether a port's flows are those of its policy and no others decide about its frames. */
export function hasAllRules(rules: readonly PolicyRule[], flows: readonly Flow[]): boolean {
  return hasExactly(
    flows,
    rules.map(({ flow }) => flow),
  );
}
