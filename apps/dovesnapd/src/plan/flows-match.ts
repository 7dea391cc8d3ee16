import type { Flow } from '@dovesnap/ovs';

/** What Faucet installs for one rule of a port's ACLs. */
export interface ExpectedFlow {
  readonly priority: number;
  readonly verdict: 'allow' | 'deny' | 'other';
}

/** Faucet's tables when a bridge has port ACLs, which ours have from birth: numbered in this order. */
const table = { portAcl: 0, vlan: 1 } as const;

/**
 * Whether the flows of a port are exactly those of its policy: each rule's flow is there with the right verdict, none
 * else decides about the port's frames, and the port is a member of its VLAN.
 */
export function carriesPolicy(flows: readonly Flow[], expected: readonly ExpectedFlow[]): boolean {
  const acl = flows.filter((flow) => flow.table === table.portAcl);
  const member = flows.some((flow) => flow.table === table.vlan);
  return (
    member &&
    acl.length === expected.length &&
    expected.every((rule) =>
      acl.some((flow) => flow.priority === rule.priority && hasVerdict(flow, rule.verdict)),
    )
  );
}

function hasVerdict(flow: Flow, verdict: ExpectedFlow['verdict']): boolean {
  if (verdict === 'other') return true;
  return (flow.actions === 'drop') === (verdict === 'deny');
}
