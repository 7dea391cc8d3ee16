import { editText, parseFaucet } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { recordGatewayBefore } from '../../../src/domain/network-record.ts';
import type { NetworkSpec } from '../../../src/domain/network-spec.ts';
import { networkEdits, removalEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { planGatewayInterface } from '../../../src/plan/faucet/gateway-interface.ts';
import { sampleNetwork } from '../sample.ts';

/** The engine of the sample network. */
export const engine = 'RKVJ:HCRC';

/** As a person writes it, with the gateway's interface left open. */
export const operator = (gateway: string) => `# our switches
acls:
  web: [{rule: {actions: {allow: 1}}}] # mine
  guard:
    - rule: {actions: {allow: 0}}
vlans:
  office: {vid: 100, description: "1st floor"}
dps:
  lab:   # the lab's own
    dp_id: 0x1
    hardware: "Open vSwitch"
    description: 'by hand'
    timeout: 301
    interface_ranges:
      "20-24,30": {native_vlan: office, tagged_vlans: [7]}
    interfaces:
      1: {native_vlan: office, acls_in: [web]}   # uplink
      printer:
        number: 3
        native_vlan: 100
${gateway}# The end.
`;

/** The sample network, with a gateway. */
export function nat(spec: Partial<NetworkSpec> = {}): AttachedNetwork {
  return sampleNetwork(spec);
}

/** The file with the network in it, and what the network remembers of it. */
export function merged(network: AttachedNetwork, text: string): string {
  const model = parseFaucet(text);
  const plan = planGatewayInterface(network, model);
  if (plan.conflict === undefined) recordGatewayBefore(network.record, plan.before);
  return editText(text, networkEdits(network, 'lab', [...network.ports.values()], engine, model));
}

/** The file with the network out of it again. */
export function removed(network: AttachedNetwork, text: string): string {
  return editText(text, removalEdits(network, 'lab', engine, parseFaucet(text)));
}
