function text(nfvPort: string, second: string, third = ''): string {
  return `acls: {m: [{rule: {actions: {mirror: 2}}}]}
dps:
  sw1:
    dp_id: 1
    dot1x: {nfv_intf: lo, nfv_sw_port: ${nfvPort}, radius_ip: "::1", radius_port: 1812, radius_secret: "s"}
    interface_ranges: {"7": {output_only: true}, "8": {native_vlan: 100}}
    interfaces:
      1: {native_vlan: 100, dot1x: true}
      2: {${second}}
      3: {native_vlan: 100${third}}
`;
}

/** Ports that 802.1x speaks on; whether Faucet takes them. */
export const nfvPorts: readonly (readonly [title: string, text: string, isTaken: boolean])[] = [
  ['output only', text('2', 'output_only: true'), true],
  ['not output only', text('2', 'output_only: false'), false],
  ['a VLAN', text('2', 'native_vlan: 100'), false],
  ['a VLAN, under another key', text('9', 'number: 9, native_vlan: 100'), false],
  ['a VLAN, switched off', text('2', 'native_vlan: 100, enabled: false'), false],
  ['a mirror', text('2', 'mirror: [3], output_only: false'), true],
  ['a mirror of nothing', text('2', 'mirror: []'), false],
  [
    'a mirror that is a coprocessor',
    text('2', 'mirror: [3], coprocessor: {strategy: vlan_vid}'),
    false,
  ],
  ['what an ACL mirrors to', text('2', 'description: "x"', ', acls_in: [m]'), true],
  ['what an ACL that nothing uses mirrors to', text('2', 'description: "x"'), false],
  ['a port of a range', text('7', 'native_vlan: 100'), true],
  ['a port of a range with a VLAN', text('8', 'native_vlan: 100'), false],
  ['no port of the datapath', text('9', 'native_vlan: 100'), true],
];
