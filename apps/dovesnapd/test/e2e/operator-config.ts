/** Rules of ACLs. */
export const rules = {
  allow: '{actions: {allow: 1}}',
  deny: '{actions: {allow: 0}}',
  noPingRequest: '{eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}',
} as const;

/** ACLs by name, with their rules. */
export type OperatorAcls = Readonly<Record<string, readonly string[]>>;

/** Who is not asked may ping, who is asked may not. */
export const noPingRequest: OperatorAcls = {
  'no-ping-request': [rules.noPingRequest, rules.allow],
};

/**
 * An operator's faucet.yaml: these ACLs, a datapath that no network has (Faucet refuses a file without any, faucet
 * 1.10.12), and what else is to follow, among the datapaths or at the top level.
 */
export function operatorConfig(acls: OperatorAcls, more = ''): string {
  const lines = Object.entries(acls).flatMap(([name, list]) => [
    `  ${name}:`,
    ...list.map((rule) => `    - rule: ${rule}`),
  ]);
  return `acls:
${lines.join('\n')}
dps:
  elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {1: {native_vlan: 4000}}}
${more}`;
}
