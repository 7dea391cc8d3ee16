import { editText, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { allowAllAcl } from '../../../src/domain/names.ts';
import { leftAclEdits, portsWithLeftAcls } from '../../../src/plan/faucet/left-acl-edits.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const byDefault = [allowAllAcl];

describe('a free port', () => {
  test.each([
    ['gives up an ACL that no open port has', ['web'], [], true],
    ['keeps an ACL that an open port has too', ['web'], [['web']], false],
    ['gives up two ACLs of which an open port has one', ['web', 'db'], [['web']], true],
    ['keeps two ACLs that open ports have one each', ['web', 'db'], [['web'], ['db']], false],
    ['keeps the default ACL', byDefault, [], false],
  ])('%s', (_, acls, open, isLeft) => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { acls });
    for (const [at, one] of open.entries()) {
      addPort(network, at + 2, { acls: one, endpoint: sampleEndpoint() });
    }
    expect(portsWithLeftAcls(network, byDefault)).toEqual(isLeft ? [port] : []);
  });

  test.each(['claimed', 'pending', 'refused', 'left'] as const)(
    'gives up the ACL of a port that is %s and may not be in the file with it',
    (phase) => {
      const network = sampleNetwork();
      const port = addPort(network, 1, { acls: ['web'] });
      addPort(network, 2, { acls: ['web'], phase, endpoint: sampleEndpoint() });
      expect(portsWithLeftAcls(network, byDefault)).toEqual([port]);
    },
  );

  test('with a default ACL of the network keeps that one, and no other', () => {
    const network = sampleNetwork();
    addPort(network, 1, { acls: ['lan'] });
    const plain = addPort(network, 2);
    expect(portsWithLeftAcls(network, ['lan'])).toEqual([plain]);
  });
});

describe('the edits', () => {
  const text = `acls:
  web: [{rule: {actions: {allow: 1}}}]
dps:
  lab:
    dp_id: 0x1
    interfaces:
      1: {description: dovesnap, native_vlan: 100, acls_in: [web], opstatus_reconf: false}
`;

  test('mend a file from which somebody has deleted the ACL', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1);
    const broken = text.replace(/ {2}web: .*\n/, '  other: [{rule: {actions: {allow: 1}}}]\n');
    const edited = editText(broken, leftAclEdits(network, [port], parseFaucet(broken)));
    expect(parseFaucet(edited).dps.get('lab')?.interfaces[0]?.aclsIn).toEqual([allowAllAcl]);
  });

  test('leave alone what the file does not have', () => {
    const network = sampleNetwork();
    expect(leftAclEdits(network, [addPort(network, 2)], parseFaucet(text))).toEqual([]);
    const other = sampleNetwork({ dpid: 0x2n });
    expect(leftAclEdits(other, [addPort(other, 1)], parseFaucet(text))).toEqual([]);
  });
});
