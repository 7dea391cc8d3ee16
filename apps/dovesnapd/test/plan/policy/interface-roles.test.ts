import { parseFaucet } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { hasOtherRole, hasRole, overhears } from '../../../src/plan/policy/interface-roles.ts';

const rolesOf = (keys: string) => {
  const { dps } = parseFaucet(`dps: {lab: {dp_id: 1, interfaces: {1: {${keys}}}}}`);
  const found = dps.get('lab')?.interfaces[0] ?? expect.fail();
  return [hasRole(found.raw), hasOtherRole(found)];
};

test.each([
  ['native_vlan: 100', true, false],
  ['tagged_vlans: [100]', true, false],
  ['description: x, native_vlan: null', false, false],
  ['mirror: 2', true, true],
  ['output_only: true', true, true],
  ['coprocessor: {strategy: vlan_vid}', true, true],
  ['stack: {dp: other, port: 3}', true, true],
])('an interface with {%s} has a role: %s, another than in a VLAN: %s', (keys, role, other) => {
  expect(rolesOf(keys)).toEqual([role, other]);
});

test('an interface overhears those that it names in any way', () => {
  expect(overhears({ mirror: [7, 'web'] }, [8, 'web', undefined])).toBe(true);
  expect(overhears({ mirror: [7] }, [8, 'web'])).toBe(false);
});
