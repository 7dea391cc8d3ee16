import { expectedAclFlows, type FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl, localOfPort, localSwitchPort } from '../../domain/names.ts';
import type { ReplacedAcls } from '../../domain/network-feature.ts';
import { gatewayAcls } from '../faucet/gateway-interface.ts';
import { portsForFaucet } from '../interfaces/other-port-edits.ts';
import { replacedAcls } from '../policy/acls-in-file.ts';
import { type ExpectedFlow, hasExactly, isFlowOf, table } from './flows-match.ts';

/** A port that Faucet polices by ACLs of the operator's. */
export interface PolicedPort {
  /** As the flows name it. */
  readonly inPort: number;
  readonly acls: readonly string[];
  /** Of a container: a feature may have replaced its ACLs by ours, made from these. */
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
    .map(({ ofPort, acls }) => ({ inPort: ofPort, acls, isContainers: true }));
  const others = portsForFaucet(network, network.observation.otherPorts, model).map(
    ({ ofPort, acls }) => ({
      inPort: ofPort,
      acls,
      isContainers: false,
    }),
  );
  const hasGateway = network.spec.mode !== 'flat' && network.record.gatewayBefore !== undefined;
  const gateway = {
    inPort: localSwitchPort,
    acls: gatewayAcls(network, model),
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
  {
    acls,
    isContainers = true,
  }: Pick<PolicedPort, 'acls'> & Partial<Pick<PolicedPort, 'isContainers'>>,
  model: FaucetModel | undefined,
): PolicyRule[] | undefined {
  const replaced = isContainers ? replacedAcls(network.spec) : undefined;
  if (replaced !== undefined) return replacedRules(network, replaced, acls, model);
  if (acls.every((acl) => acl === allowAllAcl)) {
    return [{ acl: undefined, flow: { priority: 20480, verdict: 'allow', match: [] } }];
  }
  if (model === undefined || acls.some((acl) => !model.acls.has(acl))) return undefined;
  const whose = acls.flatMap((acl) => model.acls.get(acl)?.rules.map(() => acl) ?? []);
  return expectedAclFlows(model, acls).map((flow, i) => ({ acl: whose[i], flow }));
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

/** By what the ACLs are to be, whatever faucet.yaml says of ours. */
function replacedRules(
  network: AttachedNetwork,
  replaced: ReplacedAcls,
  acls: readonly string[],
  model: FaucetModel | undefined,
): PolicyRule[] | undefined {
  const made = model && replaced.rules(network, acls, model);
  if (model === undefined || made === undefined) return undefined;
  const inFile = replaced.inFile(acls);
  const derived = [...made].map(
    ([name, rules]) => [name, { name, exactMatch: false, rules }] as const,
  );
  const whose = inFile.flatMap((name) => {
    const [acl] = replaced.ofPolicy([name]);
    return made.get(name)?.map(() => acl) ?? [];
  });
  return expectedAclFlows({ ...model, acls: new Map(derived) }, inFile).map((flow, i) => ({
    acl: whose[i],
    flow,
  }));
}
