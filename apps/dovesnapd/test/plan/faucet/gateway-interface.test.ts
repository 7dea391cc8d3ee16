import { checkConfig, editText, parseFaucet, setInterface } from '@dovesnap/faucet-config';
import { expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import type { AttachedNetwork } from '../../../src/domain/attached-network.ts';
import { localOfPort } from '../../../src/domain/names.ts';
import { gatewayDrift } from '../../../src/plan/faucet/faucet-drift.ts';
import {
  planGatewayInterface,
  twiceGatewayEdit,
} from '../../../src/plan/faucet/gateway-interface.ts';
import { interfaceOf } from '../../../src/plan/policy/interface-policy.ts';
import { addPort } from '../sample.ts';
import { merged, nat, operator } from './operators-sample.ts';

const weaken = setInterface('lab', localOfPort, { aclsIn: ['dovesnap-allow-all'] });

/** A network whose gateway is under `guard` in a file with this interface of an operator's, and the file. */
function written(gateway: string): { readonly network: AttachedNetwork; readonly text: string } {
  const network = nat({ natAcl: parseAclChoice('guard') ?? expect.fail() });
  addPort(network, 31);
  return { network, text: merged(network, operator(gateway)) };
}

function gatewayIn(network: AttachedNetwork, text: string) {
  return interfaceOf(network.record, localOfPort, parseFaucet(text));
}

test.each([
  ['of ours', ''],
  ["of an operator's that we have put under an ACL", `      ${localOfPort}: {max_hosts: 7}\n`],
])(
  'a changed gateway %s is written with its ACLs twice, which then is put right',
  (_whose, own) => {
    const { network, text } = written(own);
    const weak = editText(text, [weaken]);
    const edit = twiceGatewayEdit(network, parseFaucet(weak)) ?? expect.fail();
    const twice = editText(weak, [edit]);
    expect(gatewayIn(network, twice)?.aclsIn).toEqual(['guard', 'guard']);
    expect(checkConfig(twice)).toEqual([]);
    expect(gatewayDrift(network, parseFaucet(weak))).not.toMatch(/twice/);
    expect(gatewayDrift(network, parseFaucet(twice))).toMatch(/^has its ACLs twice, as while/);
    expect(twiceGatewayEdit(network, parseFaucet(twice))).toEqual(edit);
    const { edits } = planGatewayInterface(network, parseFaucet(twice));
    expect(gatewayIn(network, editText(twice, edits))?.aclsIn).toEqual(['guard']);
  },
);

test('a gateway that is as wanted, or not there, is not written twice', () => {
  const { network, text } = written('');
  expect(twiceGatewayEdit(network, parseFaucet(text))).toBeUndefined();
  expect(twiceGatewayEdit(network, parseFaucet(operator('')))).toBeUndefined();
});

test("ACLs that are the operator's own are left to him", () => {
  const { network, text } = written(`      ${localOfPort}: {acls_in: [guard]}\n`);
  expect(twiceGatewayEdit(network, parseFaucet(editText(text, [weaken])))).toBeUndefined();
});

test('the port of a flat network, which may be the only way to the host, is not touched', () => {
  const { network, text } = written('');
  const flat = { ...network, spec: { ...network.spec, mode: 'flat' as const } };
  expect(twiceGatewayEdit(flat, parseFaucet(editText(text, [weaken])))).toBeUndefined();
});
