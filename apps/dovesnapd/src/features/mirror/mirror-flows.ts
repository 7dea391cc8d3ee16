import type { Flow } from '@dovesnap/ovs';
import { entersVlan, table } from '../../plan/flows/flows-match.ts';

/** Whether what a port sends into its VLAN is copied to the mirror. */
export function copiesInput(
  flows: readonly Flow[],
  { vlan, mirror }: { readonly vlan: number; readonly mirror: number },
): boolean {
  return flows.some((flow) => entersVlan(flow, vlan) && outputsTo(flow, mirror));
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

/** Whether a flow sends frames out through a port. */
function outputsTo(flow: Flow, ofPort: number): boolean {
  return flow.actions.split(',').includes(`output:${ofPort}`);
}
