import { checkConfig, editText, removeInterface, setInterface } from '@dovesnap/faucet-config';

const text = `# our office; call Ann before you change this
acls:
  printers: [{rule: {eth_type: 0x800, actions: {allow: 1}}}]
dps:
  office:
    dp_id: 0xE0F00000AFFE0001   # the switch in the cellar
    interfaces:
      1: {native_vlan: 100}     # Ann
      8: {native_vlan: 100, acls_in: [printer]}
      9: {output_only: true, mirror: [1, 8]}
`;

for (const { severity, line, column, code, message } of checkConfig(text)) {
  console.log(`${severity}: ${line}:${column} ${code}: ${message}`);
}

const edited = editText(text, [
  setInterface('office', 7, { description: 'printer', nativeVlan: 100, aclsIn: ['printers'] }),
  removeInterface('office', 8),
]);
console.log(checkConfig(edited));
console.log(edited);
