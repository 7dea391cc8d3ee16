import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDomiflist } from '../../src/domain/domiflist.ts';
import {
  type AddedPort,
  formatAddedPorts,
  parseAddCoproPorts,
  parseAddPorts,
} from '../../src/domain/parse-added-ports.ts';
import { parseRowPolicy } from '../../src/domain/row-policy.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { hostileText, oneLine } from '../hostile-text.ts';
import { marked, markTreatment, paceTreatment } from '../sample-treatments.ts';

const named = (name: string, given: Partial<AddedPort> = {}): AddedPort => ({
  name,
  role: 'untagged',
  ofPort: undefined,
  acl: undefined,
  vlan: undefined,
  ...given,
});

const anyPort = (role: AddedPort['role']): fc.Arbitrary<AddedPort> =>
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,13}[0-9]$/),
    role: fc.constant(role),
    ofPort: fc.option(fc.integer({ min: 1, max: 65279 }), { nil: undefined }),
    acl: fc.option(fc.stringMatching(/^[a-z][a-z0-9 -]{0,10}[a-z]$/), { nil: undefined }),
    vlan:
      role === 'coprocessor'
        ? fc.constant(undefined)
        : fc.option(fc.integer({ min: 1, max: 4094 }), { nil: undefined }),
  });

const anyPorts = (role: AddedPort['role']): fc.Arbitrary<AddedPort[]> =>
  fc
    .uniqueArray(anyPort(role), { minLength: 1, selector: (port) => port.name })
    .map((ports) =>
      ports.filter(
        ({ ofPort }, index) =>
          ofPort === undefined || ports.findIndex((other) => other.ofPort === ofPort) === index,
      ),
    );

describe('the list of ports', () => {
  test.each([
    ['eth0', [named('eth0')]],
    ['eth0/3', [named('eth0', { ofPort: 3 })]],
    ['eth0/3/web', [named('eth0', { ofPort: 3, acl: 'web' })]],
    ['eth0/3/web/20', [named('eth0', { ofPort: 3, acl: 'web', vlan: 20 })]],
    ['eth0///20', [named('eth0', { vlan: 20 })]],
    ['eth0//web, eth1/', [named('eth0', { acl: 'web' }), named('eth1')]],
  ])('%s is read', (text, ports) => {
    expect(parseAddPorts(text)).toEqual(ports);
  });

  test.each([
    ...['eth0,', ',', '/3', 'eth0/0', 'eth0/65280', 'eth0/x', 'eth0/-1', 'eth0///0', 'eth0///4095'],
    ...['eth0/1///', 'eth0,eth0', 'eth0/3,eth1/3', '--eth0', 'a/../b', 'sixteen-letters-', 'lo'],
    'eth0//we\nb',
  ])('%j is refused', (text) => {
    expect(parseAddPorts(text)).toBeUndefined();
  });

  test('has no VLAN for coprocessors', () => {
    expect(parseAddCoproPorts('eth0/3/web')).toEqual([
      named('eth0', { role: 'coprocessor', ofPort: 3, acl: 'web' }),
    ]);
    expect(parseAddCoproPorts('eth0/3/web/20')).toBeUndefined();
  });

  test('comes back as it was written', () => {
    fc.assert(
      fc.property(anyPorts('untagged'), anyPorts('coprocessor'), (ports, coprocessors) => {
        const all = [...ports, ...coprocessors];
        expect(parseAddPorts(formatAddedPorts(all, 'untagged'))).toEqual(ports);
        expect(parseAddCoproPorts(formatAddedPorts(all, 'coprocessor'))).toEqual(coprocessors);
      }),
    );
  });

  test('of whatever text are refused or read, within bounds, and read again from what is written', () => {
    const field = fc.oneof(fc.constantFrom('eth0', 'tap-1', '7', '20', 'acl', ''), hostileText);
    const texts = fc
      .array(fc.tuple(field, fc.constantFrom('/', ',', ' ', '')), { maxLength: 8 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const ports = parseAddPorts(text);
        if (ports === undefined) return;
        for (const port of ports) {
          expect(port.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/);
          expect(port.ofPort ?? 1).toBeGreaterThan(0);
          expect(port.vlan ?? 1).toBeLessThan(4095);
        }
        expect(parseAddPorts(formatAddedPorts(ports, 'untagged'))).toEqual(ports);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the policy on the row of a port of others', () => {
  const lab = { networkName: 'lab', treatments: [markTreatment, paceTreatment] };

  test('is everything on the network’s VLAN when it says nothing', () => {
    const nothing = { acls: undefined, vlan: undefined, treatments: noTreatments };
    expect(parseRowPolicy({ 'iface-id': 'x' }, lab)).toEqual(nothing);
  });

  test('is the ACL for this network, the VLAN and how its traffic is treated', () => {
    const ids = {
      'dovesnap.faucet.portacl': 'lab:a,b/c',
      'dovesnap.vlan': '20',
      'dovesnap.faucet.marking': 'yes',
    };
    expect(parseRowPolicy(ids, lab)).toEqual({
      acls: ['a', 'b'],
      vlan: 20,
      treatments: marked,
    });
    expect(parseRowPolicy(ids, { ...lab, networkName: 'other' })).toMatchObject({ acls: ['c'] });
  });

  test.each([
    ['dovesnap.faucet.portacl', 'a/b'],
    ['dovesnap.vlan', '0'],
    ['dovesnap.vlan', 'office'],
    ['dovesnap.faucet.marking', 'maybe'],
  ])('that cannot be read is told: %s=%s', (key, value) => {
    const said = parseRowPolicy({ [key]: value }, lab);
    expect(said).toContain(`external_ids:${key} cannot be "${value}": accepted is `);
  });

  test('has a remark about a key that nobody knows, or that only containers may have', () => {
    expect(parseRowPolicy({ 'dovesnap.faucet.potracl': 'a' }, lab)).toMatchObject({
      remark:
        'external_ids:dovesnap.faucet.potracl is unknown: did you mean dovesnap.faucet.portacl?',
    });
    const paced = parseRowPolicy({ [paceTreatment.label]: '3' }, lab);
    expect(paced).toMatchObject({
      treatments: noTreatments,
      remark: expect.stringContaining(`external_ids:${paceTreatment.label} is unknown`),
    });
  });

  test('of whatever text is read or refused in one line', () => {
    const keys = ['dovesnap.faucet.portacl', 'dovesnap.vlan', 'dovesnap.faucet.marking'];
    const rows = fc.dictionary(fc.constantFrom(...keys), hostileText);
    fc.assert(
      fc.property(rows, hostileText, (ids, network) => {
        const said = parseRowPolicy(ids, { ...lab, networkName: network });
        if (typeof said === 'string') expect(said).toMatch(oneLine);
      }),
      { numRuns: 300 },
    );
  });
});

test('the taps of a virtual machine are read from what virsh prints', () => {
  const printed = ` Interface   Type      Source    Model    MAC
------------------------------------------------------------
 vnet0       bridge    odsbr1    virtio   52:54:00:6b:3c:58
 vnet12      network   default   e1000    52:54:00:6b:3c:59

`;
  expect(parseDomiflist(printed)).toEqual(['Interface', 'vnet0', 'vnet12']);
});
