import {
  editText,
  expectedAclFlows,
  parseFaucet,
  setInterface,
  type YamlValue,
} from '@dovesnap/faucet-config';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivedAcl } from '../../../src/domain/derived-acl.ts';
import { allowAllAcl, localOfPort } from '../../../src/domain/names.ts';
import { noTreatments } from '../../../src/domain/treatments.ts';
import {
  isolationObstacle,
  isolationRefusal,
} from '../../../src/features/isolation/isolated-acls.ts';
import { isolatedNetwork } from '../../../src/features/isolation/isolated-network.ts';
import { networkEdits, removalEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { carriesPolicy } from '../../../src/plan/flows/flows-match.ts';
import { bridgeMac } from '../../../src/plan/networks/bridge-spec.ts';
import { staleDerivedAcls } from '../../../src/plan/policy/derived-acls.ts';
import { featureStep } from '../../../src/plan/policy/feature-step.ts';
import {
  aclsInFile,
  aclsOfPolicy,
  operatorsAcl,
  policyAcls,
} from '../../../src/plan/policy/policy-acls.ts';
import { addPort, networkId, sampleNetwork } from '../../plan/sample.ts';

const isolated = () => sampleNetwork({ features: [isolatedNetwork], isolated: true });

const isolatedAcl = (acl?: string) => derivedAcl('isolated', networkId, acl);

/** A policy of these ACLs without treatments. */
const plain = (...acls: readonly string[]) => ({ acls, treatments: noTreatments });

/** A file in which the network's ports are written, beside the operator's own. */
function written(operator: string, policies: readonly string[], outside: readonly number[] = [20]) {
  const network = isolated();
  const ports = policies.map((acl, i) => addPort(network, i + 1, { acls: [acl] }));
  const model = parseFaucet(operator);
  const steps = [
    ...networkEdits(network, 'lab', ports, network.spec.engineId, model),
    ...outside.map((port) => setInterface('lab', port, { nativeVlan: 100 })),
    featureStep(network),
  ];
  const text = editText(operator, steps);
  return { network, ports, text, model: parseFaucet(text) };
}

const acl = (...rules: readonly string[]) =>
  `acls:\n  mine:\n${rules.map((rule) => `    - rule: ${rule}\n`).join('')}`;

const rawRules = (model: ReturnType<typeof parseFaucet>, name: string) =>
  model.acls.get(isolatedAcl(name))?.rules.map(({ raw }) => raw);

/** Every port that a value under `ports`, `port` or `mirror` names. */
function portsIn(value: YamlValue): number[] {
  if (Array.isArray(value)) return value.flatMap((item) => portsIn(item as YamlValue));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'ports' ? (inner as number[]) : portsIn(inner),
  );
}

const blackHole = { set_fields: [{ eth_dst: '01:80:c2:00:00:0f' }] };

describe('the ACLs of an isolated network', () => {
  test('send what they allow to the gateway and the ports outside, and on to nobody', () => {
    const { model, network } = written(acl('{eth_type: 0x806, actions: {allow: 1}}'), ['mine']);
    const mac = bridgeMac(network);
    expect(rawRules(model, 'mine')).toEqual([
      {
        ...{ eth_type: 0x806, eth_dst: mac },
        actions: { allow: 1, output: [{ ports: [localOfPort] }, blackHole] },
      },
      {
        eth_type: 0x806,
        actions: { allow: 1, output: [{ ports: [20, localOfPort] }, blackHole] },
      },
    ]);
    expect(model.dps.get('lab')?.interfaces.find(({ number }) => number === 1)?.aclsIn).toEqual([
      isolatedAcl(),
      isolatedAcl('mine'),
    ]);
  });

  test('only learn where there is nowhere to go', () => {
    const features = [isolatedNetwork];
    const network = sampleNetwork({ features, isolated: true, mode: 'flat' });
    const made = policyAcls(network, plain(allowAllAcl)).at(-1);
    expect(made?.inFile(parseFaucet('{}'))?.rules.map(({ raw }) => raw)).toEqual([
      { actions: { allow: 1, output: [blackHole] } },
    ]);
  });

  test.each([
    ['denies', '{eth_type: 0x800, actions: {allow: 0}}'],
    ['says nothing', '{eth_type: 0x800}'],
    ['sends elsewhere and ends', '{eth_type: 0x800, actions: {output: {port: 20}}}'],
    ['mirrors and denies', '{eth_type: 0x800, actions: {mirror: 20, allow: 0}}'],
  ])('leave a rule as it is that %s', (_what, rule) => {
    const { model } = written(acl(rule), ['mine']);
    expect(rawRules(model, 'mine')).toEqual(model.acls.get('mine')?.rules.map(({ raw }) => raw));
  });

  test('keep what an allowing rule does besides, and take mirror alone for one', () => {
    const rule = '{cookie: 7, description: x, actions: {mirror: 20, output: {port: 20}}}';
    const { model } = written(acl(rule), ['mine']);
    expect(rawRules(model, 'mine')?.at(-1)).toEqual({
      ...{ cookie: 7, description: 'x' },
      actions: {
        ...{ mirror: 20, allow: 1 },
        output: [{ port: 20 }, { ports: [20, localOfPort] }, blackHole],
      },
    });
  });

  test.each([
    ['ct', '{actions: {ct: {table: 1, zone: 1}}}'],
    ['output set_fields', '{actions: {allow: 1, output: {set_fields: [{ip_dscp: 1}]}}}'],
    ['output vlan_vid', '{actions: {allow: 1, output: [{vlan_vid: 5}, {port: 20}]}}'],
  ])('deny, and are refused, for what cannot be held to that: %s', (what, rule) => {
    const { model } = written(acl(rule), ['mine']);
    expect(rawRules(model, 'mine')).toEqual([{ actions: { allow: 0 } }]);
    expect(isolationRefusal(operatorsAcl('mine'), model)).toContain(what);
  });

  test('reach a port that has the VLAN with its tag, and one that has it by name', () => {
    const operator = `vlans: {office: {vid: 100}}
acls: {any: [{rule: {actions: {allow: 1}}}]}
dps:
  lab:
    dp_id: 1
    interfaces:
      30: {tagged_vlans: [100, 200]}
      31: {native_vlan: office}
      32: {native_vlan: 200}
      33: {output_only: true}
`;
    const { model } = written(operator, [allowAllAcl], []);
    expect(rawRules(model, allowAllAcl)?.at(-1)).toEqual({
      actions: {
        allow: 1,
        output: [
          { ports: [31, localOfPort] },
          ...[{ vlan_vid: 100 }, { ports: [30] }, { pop_vlans: 1 }],
          blackHole,
        ],
      },
    });
  });

  test('go nowhere while an ACL is on the VLAN', () => {
    const operator = `vlans: {100: {acls_in: [any]}}\nacls: {any: [{rule: {actions: {allow: 1}}}]}\n`;
    const { model, network } = written(operator, [allowAllAcl]);
    expect(rawRules(model, allowAllAcl)).toEqual([{ actions: { allow: 1, output: [blackHole] } }]);
    expect(isolationObstacle(network.spec, model)).toContain('ACL "any" on VLAN 100');
  });

  test('are his again by name', () => {
    const network = isolated();
    const inFile = aclsInFile(network, plain('a', 'b-c'));
    expect(aclsOfPolicy(network, inFile, noTreatments)).toEqual(['a', 'b-c']);
    expect(aclsOfPolicy(network, ['a', 'b-c'], noTreatments)).toEqual([]);
    expect(aclsInFile(sampleNetwork(), plain('a'))).toEqual(['a']);
  });

  test('follow what they are made from in one edit, and go with the network', () => {
    const before = acl('{actions: {allow: 1}}');
    const { network, text } = written(before, ['mine', allowAllAcl]);
    const changed = text.replace('rule: {actions: {allow: 1}}', 'rule: {actions: {allow: 0}}');
    const stale = staleDerivedAcls(network, parseFaucet(changed));
    expect([...stale.keys()]).toEqual([isolatedAcl('mine')]);
    const after = editText(changed, [featureStep(network)]);
    expect(staleDerivedAcls(network, parseFaucet(after)).size).toBe(0);
    const gone = removalEdits(network, 'lab', network.spec.engineId, parseFaucet(text));
    expect(editText(text, gone)).not.toContain('dovesnap-isolated');
  });
});

const ruleText = fc.record({
  match: fc.constantFrom('', 'eth_type: 0x800, ', 'eth_dst: "02:00:00:00:00:05", ', 'cookie: 3, '),
  actions: fc.constantFrom(
    ...['{allow: 1}', '{allow: 0}', '{allow: true}', '{mirror: 20}', '{allow: 1, mirror: 20}'],
    ...['{ct: {table: 1, zone: 1}}', '{ct: {table: 1, zone: 1}, allow: 1}'],
    ...['{allow: 1, output: {port: 20}}', '{allow: 1, output: [{ports: [20]}, {pop_vlans: 1}]}'],
    ...['{allow: 1, force_port_vlan: 1}', '{output: {port: 20}}'],
  ),
});

test('a derived ACL outputs to no port of a container, lets nothing on but to nobody, and is derived once', () => {
  const outside = fc.uniqueArray(fc.integer({ min: 21, max: 40 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(ruleText, { minLength: 1, maxLength: 5 }), outside, (rules, others) => {
      const operator = acl(...rules.map(({ match, actions }) => `{${match}actions: ${actions}}`));
      const { network, text, model } = written(operator, ['mine', allowAllAcl], [20, ...others]);
      expect(editText(text, [featureStep(network)])).toBe(text);
      for (const { name, rules: derived } of model.acls.values()) {
        if (!name.startsWith(isolatedAcl())) continue;
        for (const { raw } of derived) {
          expect(portsIn(raw).filter((port) => network.ports.has(port))).toEqual([]);
          const actions = (raw.actions ?? {}) as Record<string, YamlValue>;
          expect(actions.ct).toBeUndefined();
          const goesOn = actions.allow === 1 || actions.allow === true || 'mirror' in actions;
          if (goesOn) expect((actions.output as YamlValue[]).at(-1)).toEqual(blackHole);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('flows that output elsewhere than a derived rule says are not its flows', () => {
  const { network, model } = written('{}', [allowAllAcl]);
  const expected = expectedAclFlows(model, aclsInFile(network, plain(allowAllAcl)));
  const flows = expected.map(({ priority, verdict, match, actions }) => ({
    ...{ table: 0, cookie: 0n, priority },
    match: ['in_port=1', ...(match ?? [])].join(),
    actions: verdict === 'deny' ? 'drop' : (actions ?? []).join(),
  }));
  const member = {
    ...{ table: 1, cookie: 0n, priority: 4096, match: 'in_port=1' },
    actions: 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2',
  };
  expect(carriesPolicy([...flows, member], expected, { vlan: 100 })).toBe(true);
  const elsewhere = flows.map((flow) => ({
    ...flow,
    actions: flow.actions.replace('output:20', 'output:2'),
  }));
  expect(carriesPolicy([...elsewhere, member], expected, { vlan: 100 })).toBe(false);
});
