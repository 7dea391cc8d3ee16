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
 * verdict, none else decides about the port's frames, and the port is a member of its VLAN. Where the network has a
 * mirror, what the port sends is copied to it exactly when that is wanted.
 */
export function carriesPolicy(
  flows: readonly Flow[],
  expected: readonly ExpectedFlow[],
  { vlan, mirror }: { readonly vlan: number; readonly mirror?: MirrorWish | undefined },
): boolean {
  const member = flows.some(
    (flow) =>
      flow.table === table.vlan &&
      entersVlan(flow, vlan) &&
      (mirror === undefined || outputsTo(flow, mirror.to) === mirror.wanted),
  );
  return member && hasExactly(flows, expected);
}

/** Whether what decides about a port's frames by its ACLs are these rules and no others. */
export function hasExactly(flows: readonly Flow[], expected: readonly ExpectedFlow[]): boolean {
  const acl = flows.filter((flow) => flow.table === table.portAcl);
  return (
    acl.length === expected.length &&
    expected.every((rule) => acl.some((flow) => isFlowOf(rule, flow)))
  );
}

/** Whether a port's traffic is to be copied, and where to. */
export interface MirrorWish {
  readonly to: number;
  readonly wanted: boolean;
}

/**
 * Whether what goes out through a port is copied to the mirror, as far as the flows of its bridge say: Faucet puts both
 * outputs into one flow. Not those for one ingress port only: Faucet floods what comes from a mirrored port without
 * copying it a second time; and where an ACL itself sends a frame is its own affair. Nor those outside the port's VLAN: a
 * coprocessor's frames for a port have a VLAN of its own, and Faucet copies none of them (faucet 1.10.12). A port to which
 * nothing goes yet counts as not copied.
 */
export function copiesOutput(
  flows: readonly Flow[],
  {
    ofPort,
    vlan,
    mirror,
  }: { readonly ofPort: number; readonly vlan: number; readonly mirror: number },
): boolean {
  const delivering = flows.filter(
    (flow) =>
      flow.table !== table.portAcl &&
      !flow.match.includes('in_port=') &&
      flow.match.split(',').includes(`dl_vlan=${vlan}`) &&
      outputsTo(flow, ofPort),
  );
  return delivering.length > 0 && delivering.every((flow) => outputsTo(flow, mirror));
}

function outputsTo(flow: Flow, ofPort: number): boolean {
  return flow.actions.split(',').includes(`output:${ofPort}`);
}

/** OpenFlow sets the "present" bit with the VLAN id (OFPVID_PRESENT, OpenFlow 1.3 section 7.2.3.7). */
function entersVlan(flow: Flow, vlan: number): boolean {
  return flow.actions.includes(`set_field:${4096 + vlan}->vlan_vid`);
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
