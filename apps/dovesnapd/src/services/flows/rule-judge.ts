import type { FaucetModel } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { vlanOutAcls } from '../../plan/faucet/vlan-out-acls.ts';
import {
  lackingAcls,
  type PolicedPort,
  type PolicyRule,
  policedPorts,
  policyRules,
} from '../../plan/flows/policy-rules.ts';
import { lackingOnOutput, vlanOutRules } from '../../plan/flows/vlan-out-rules.ts';
import type { Parts } from '../core/parts.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Flows } from './flows.ts';

/** In place of a port's number: the output of the network's VLAN. No port has it. */
export const onOutput = 0;

/** What the switch lacks somewhere. */
export interface Finding {
  /** The operator's ACLs of which it lacks a rule; none: it has all of them. */
  readonly acls: readonly string[];
  /** Whether what they said before is there, whole. */
  readonly isStale: boolean;
}

/** Compares rules with the flows that are there. */
export interface RuleJudge {
  /** What of a network is under ACLs of the operator's: its ports, and under {@link onOutput} the output of its VLAN. */
  policed(network: AttachedNetwork): readonly PolicedPort[];
  /** What the switch lacks there; undefined when it cannot be told now. */
  find(network: AttachedNetwork, port: PolicedPort): Finding | undefined;
  /** Resolves when it lacks nothing there. Rejects when the signal fires. */
  untilThere(network: AttachedNetwork, port: PolicedPort, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the rules on the output of a network's VLAN are in the switch, or all that were before; at once when
   * there are none to be, or the file cannot be read. Rejects when the signal fires.
   */
  untilOnOutput(network: AttachedNetwork, signal: AbortSignal): Promise<void>;
}

/** Makes {@link RuleJudge}. While Faucet has another content than the file's nothing can be told. */
export function ruleJudge(
  { faucet }: Pick<Parts, 'faucet'>,
  desk: Pick<FaucetDesk, 'latest'>,
  flows: Pick<Flows, 'follow'>,
): RuleJudge {
  const onOutputOf = outputJudge();
  const find: RuleJudge['find'] = (network, port) => {
    const tracker = flows.follow(network);
    const model = desk.latest;
    if (model === undefined || !tracker.live || !faucet.status().loaded) return undefined;
    if (port.inPort === onOutput) return onOutputOf(network, model, tracker.flows());
    const rules = policyRules(network, port, model);
    return rules && { acls: lackingAcls(rules, tracker.flowsOf(port.inPort)), isStale: false };
  };
  return {
    find,
    policed: (network) => {
      const model = desk.latest;
      if (model === undefined) return [];
      const acls = vlanOutAcls(network) ?? [];
      const output = {
        ...{ inPort: onOutput, acls, treatments: noTreatments },
        isContainers: false,
      };
      return [...policedPorts(network, model), ...(acls.length > 0 ? [output] : [])];
    },
    untilThere: (network, port, signal) =>
      flows
        .follow(network)
        .until(port.inPort, () => find(network, port)?.acls.length === 0, { signal }),
    untilOnOutput: async (network, signal) => {
      if (vlanOutAcls(network) === undefined) return;
      const tracker = flows.follow(network);
      const holds = (): boolean => {
        if (desk.latest === undefined) return true;
        const found = onOutputOf(network, desk.latest, tracker.flows());
        return found?.acls.length === 0 || found?.isStale === true;
      };
      await tracker.until(onOutput, holds, { signal });
    },
  };
}

/**
 * Makes the function that judges the output of a network's VLAN. Faucet takes a change of an ACL there and does nothing
 * about it until the datapath is started cold (faucet 1.10.12): until then what was there before holds.
 */
function outputJudge() {
  const held = new WeakMap<AttachedNetwork, readonly PolicyRule[]>();
  return (
    network: AttachedNetwork,
    model: FaucetModel,
    flows: readonly Flow[],
  ): Finding | undefined => {
    const rules = vlanOutRules(network, model);
    const lacking = rules && lackingOnOutput(rules, flows);
    if (rules === undefined || lacking === undefined) return undefined;
    if (lacking.length === 0) held.set(network, rules);
    const before = held.get(network);
    return {
      acls: [...new Set(lacking.flatMap(({ acl }) => acl ?? []))],
      isStale: before !== undefined && lackingOnOutput(before, flows)?.length === 0,
    };
  };
}
