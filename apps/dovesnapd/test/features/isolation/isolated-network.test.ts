import { checkConfig, editText, parseFaucet } from '@dovesnap/faucet-config';
import type { SwitchState } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { derivedAcl } from '../../../src/domain/derived-acl.ts';
import { allowAllAcl, localOfPort } from '../../../src/domain/names.ts';
import { recordNumbers, recordTaken } from '../../../src/domain/network-record.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import { isolatedNetwork } from '../../../src/features/isolation/isolated-network.ts';
import { networkEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { policyRules } from '../../../src/plan/flows/policy-rules.ts';
import { hostPortEdits } from '../../../src/plan/interfaces/other-port-edits.ts';
import { featureStep } from '../../../src/plan/policy/feature-step.ts';
import { newNetworkEdits } from '../../../src/plan/pool/new-network-edits.ts';
import { addPort, networkId, sampleNetwork, sampleUplink } from '../../plan/sample.ts';

const features = [isolatedNetwork];

const emptySwitch: SwitchState = {
  ...{ uuid: 's', nextCfg: 1, curCfg: 1, ovsVersion: '3.1.0', datapathTypes: ['netdev'] },
  ...{ otherConfig: {}, externalIds: {}, bridges: [], userspaceTsoRequested: false },
};

test('its rules are known by the names of the operator', () => {
  const network = sampleNetwork({ features, isolated: true });
  const model = parseFaucet(`acls:
  a:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {vlan_vid: 7, actions: {allow: 1}}
`);
  const policy = { acls: ['a'], treatments: noTreatments };
  const made = policyRules(network, policy, model) ?? [];
  expect(new Set(made.map(({ acl }) => acl))).toEqual(new Set([undefined, 'a']));
  const plain = policyRules(network, { ...policy, isContainers: false }, model) ?? [];
  expect(plain).toHaveLength(2);
});

test('is foreseen to be taken by Faucet', () => {
  const network = sampleNetwork({ features, isolated: true }, { name: undefined });
  const text = 'dps: {elsewhere: {dp_id: 0xe15e, interfaces: {5: {native_vlan: 200}}}}\n';
  const edited = editText(text, newNetworkEdits(network, parseFaucet(text)));
  expect(checkConfig(edited).filter(({ severity }) => severity !== 'wrong')).toEqual([]);
});

test('sends what its containers send out of a bound interface and to the host', () => {
  const spec = { mode: 'flat', isolated: true } as const;
  const network = sampleNetwork({ features: [...features, sampleUplink('eth0')], ...spec });
  recordTaken(network.record, 'eth0', {
    ...{ ifindex: 7, mac: '52:54:00:00:00:01', mtu: 1500, addresses: [], routes: [] },
    ...{ merging: [], ofPort: 2, moved: true },
  });
  recordNumbers(network.record, [{ ofPort: 2, name: 'eth0' }]);
  const port = addPort(network, 1);
  const empty = parseFaucet('{}');
  const steps = [
    ...networkEdits(network, 'lab', [port], network.spec.engineId, empty),
    ...hostPortEdits(network, 'lab', emptySwitch, empty),
    featureStep(network),
  ];
  const { acls } = parseFaucet(editText('', steps));
  const rules = acls.get(derivedAcl('isolated', networkId, allowAllAcl))?.rules;
  expect(rules?.[1]?.raw).toMatchObject({
    actions: { output: [{ ports: [2, localOfPort] }, {}] },
  });
  expect(rules?.[0]?.raw).toMatchObject({
    eth_dst: '52:54:00:00:00:01',
    actions: { output: [{ ports: [localOfPort] }, {}] },
  });
});
