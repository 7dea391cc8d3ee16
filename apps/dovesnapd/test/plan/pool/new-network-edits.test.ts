import { checkConfig, editText, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { newNetworkEdits } from '../../../src/plan/pool/new-network-edits.ts';
import { sampleNetwork } from '../sample.ts';

const acls = 'acls: {to5: [{rule: {actions: {output: {port: 5}}}}]}\n';
const dps =
  'dps: {elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {5: {native_vlan: 200}}}}\n';
const bgp = `vlans: {200: {faucet_vips: [10.0.0.1/24]}}
routers:
  r1:
    bgp: {as: 1, neighbor_as: 2, port: 9179, routerid: 10.0.0.1, vlan: 200,
          neighbor_addresses: [10.0.0.2], server_addresses: [127.0.0.1]}
`;

/** What Faucet would have against a file once this network is in it. */
function objections(text: string, network = sampleNetwork({}, { name: undefined })): string[] {
  expect(checkConfig(text).filter(({ severity }) => severity === 'refused')).toEqual([]);
  const edited = editText(text, newNetworkEdits(network, parseFaucet(text)));
  return checkConfig(edited).flatMap(({ severity, message }) =>
    severity === 'wrong' ? [] : message,
  );
}

describe('a network that is about to be made', () => {
  test.each([
    [
      'beside a BGP router',
      bgp + acls + dps,
      'Faucet takes a router with bgp beside one datapath only',
    ],
    [
      'beside an ACL on its VLAN that names a port',
      `vlans: {100: {acls_in: [to5]}}\n${acls}${dps}`,
      'there is no port 5 on odsbra1b2c3d4a1, which uses this ACL',
    ],
    [
      'beside such an ACL on another VLAN, which is on every datapath',
      `vlans: {200: {acls_out: [to5]}}\n${acls}${dps}`,
      'there is no port 5 on odsbra1b2c3d4a1, which uses this ACL',
    ],
    [
      'on a VLAN that routes between others',
      acls + dps.replace('hardware', 'global_vlan: 100, hardware'),
      'VLAN 100 is in use',
    ],
  ])('is foreseen to be refused %s', (_, text, why) => {
    expect(objections(text).join()).toContain(why);
  });

  test.each([
    ['in an ordinary file', acls + dps],
    ['beside an ordinary router', `vlans: {200: {}}\nrouters: {r: {vlans: [200]}}\n${acls}${dps}`],
    ['whose bridge has the name of a datapath', acls + dps.replace('elsewhere', 'odsbra1b2c3d4a1')],
    ['whose datapath an operator has declared', acls + dps.replace('0xe15e', '1')],
  ])('is foreseen to be taken %s', (_, text) => {
    expect(objections(text)).toEqual([]);
  });
});
