import type { Flow } from '@dovesnap/ovs';

/** What Faucet installs for one rule of a port's ACLs. */
export interface ExpectedFlow {
  readonly priority: number;
  readonly verdict: 'allow' | 'deny' | 'other';
  /** Terms of its match, sorted, without the port; undefined: how the switch prints it is not known. */
  readonly match: readonly string[] | undefined;
  /** Where the verdict is `other`: terms of its actions in order; undefined: not known. */
  readonly actions?: readonly string[] | undefined;
}

/** Faucet's tables when a bridge has port ACLs, which ours have from birth: numbered in this order. */
export const table = { portAcl: 0, vlan: 1 } as const;

/**
 * Whether the flows of a port are exactly those of its policy: each rule's flow is there with the right match and
 * verdict, none else decides about the port's frames, and the port is a member of its VLAN.
 */
export function carriesPolicy(
  flows: readonly Flow[],
  expected: readonly ExpectedFlow[],
  { vlan }: { readonly vlan: number },
): boolean {
  return flows.some((flow) => entersVlan(flow, vlan)) && hasExactly(flows, expected);
}

/** Whether what decides about a port's frames by its ACLs are these rules and no others. */
export function hasExactly(flows: readonly Flow[], expected: readonly ExpectedFlow[]): boolean {
  const acl = flows.filter((flow) => flow.table === table.portAcl);
  return (
    acl.length === expected.length &&
    expected.every((rule) => acl.some((flow) => isFlowOf(rule, flow)))
  );
}

/** OpenFlow sets the "present" bit with the VLAN id (OFPVID_PRESENT, OpenFlow 1.3 section 7.2.3.7). */
export function entersVlan(flow: Flow, vlan: number): boolean {
  return flow.table === table.vlan && flow.actions.includes(`set_field:${4096 + vlan}->vlan_vid`);
}

/** Whether the switch has a rule as this flow. */
export function isFlowOf(rule: ExpectedFlow, flow: Flow): boolean {
  const terms = flow.match.split(',').filter((term) => !term.startsWith('in_port='));
  return (
    flow.priority === rule.priority &&
    hasVerdict(flow, rule) &&
    (rule.match === undefined || terms.sort().join() === rule.match.join())
  );
}

function hasVerdict(flow: Flow, { verdict, actions }: ExpectedFlow): boolean {
  if (verdict !== 'other') return (flow.actions === 'drop') === (verdict === 'deny');
  return actions === undefined || flow.actions === actions.join();
}
