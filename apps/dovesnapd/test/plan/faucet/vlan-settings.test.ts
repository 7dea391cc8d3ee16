import { parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { vlanMark } from '../../../src/domain/names.ts';
import { vlanSettings } from '../../../src/plan/faucet/vlan-settings.ts';
import { sampleNetwork } from '../sample.ts';

const given = sampleNetwork({ isVlanGiven: true });

/** What is said after the beginning that all such sentences have. */
function said(text: string, network = given): string | undefined {
  const sentence = vlanSettings(network.spec, parseFaucet(text));
  return sentence?.replace('what faucet.yaml says of VLAN 100 holds for this network too: ', '');
}

describe('what an operator has set for the VLAN of a network', () => {
  test.each([
    ['an ACL', 'vlans: {100: {acls_in: [deny-all, other]}}', 'acls_in deny-all, other'],
    ['an ACL in the old form', 'vlans: {100: {acl_in: deny-all}}', 'acls_in deny-all'],
    ['an ACL on its output', 'vlans: {100: {acls_out: [web]}}', 'acls_out web'],
    ['Faucet’s addresses', 'vlans: {100: {faucet_vips: [10.9.0.4/24]}}', 'faucet_vips 10.9.0.4/24'],
    ['what it floods', 'vlans: {100: {unicast_flood: false}}', 'unicast_flood false'],
    ['a VLAN with a name', 'vlans: {office: {vid: 100, acls_in: [a]}}', 'acls_in a'],
    ['a router', 'routers: {r1: {vlans: [100, 200]}}', 'router "r1" of VLANs 100, 200'],
    [
      'a router of a VLAN with a name',
      'vlans: {office: {vid: 100}}\nrouters: {r1: {vlans: [office]}}',
      'router "r1" of VLANs office',
    ],
    ['a BGP speaker', 'routers: {r1: {bgp: {vlan: 100}}}', 'router "r1" of VLANs 100'],
    [
      'several things',
      'vlans: {100: {acls_in: [a], max_hosts: 5}}\nrouters: {r1: {vlans: [100]}}',
      'acls_in a; max_hosts 5; router "r1" of VLANs 100',
    ],
  ])('is said: %s', (_, text, expected) => {
    expect(said(text)).toBe(expected);
  });

  test.each([
    ['of another VLAN', 'vlans: {200: {acls_in: [a]}}\nrouters: {r: {vlans: [200]}}'],
    ['that is a name only', 'vlans: {100: {name: office, description: "1st floor"}}'],
    ['that is empty', 'vlans: {100: {acls_in: []}}'],
    [
      'that we have put there',
      `vlans: {100: {description: "${vlanMark(given.spec.engineId)}", acls_out: [a]}}`,
    ],
  ])('is not said when it is something %s', (_, text) => {
    expect(said(text)).toBeUndefined();
  });

  test('is said with a hint where the VLAN was not chosen', () => {
    expect(said('vlans: {100: {acls_in: [a]}}', sampleNetwork())).toBe(
      'acls_in a; without ovs.bridge.vlan every network is on it',
    );
  });
});
