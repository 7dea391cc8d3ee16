import { editText, parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { derivedAcl } from '../../../src/domain/derived-acl.ts';
import { allowAllAcl } from '../../../src/domain/names.ts';
import type { NetworkFeature } from '../../../src/domain/network-feature.ts';
import { askedValue, noTreatments, type Treatments } from '../../../src/domain/treatments.ts';
import { networkEdits, removalEdits } from '../../../src/plan/faucet/faucet-edits.ts';
import { policyRules } from '../../../src/plan/flows/policy-rules.ts';
import { staleDerivedAcls } from '../../../src/plan/policy/derived-acls.ts';
import { areFeaturesWritten, featureStep } from '../../../src/plan/policy/feature-step.ts';
import {
  aclsInFile,
  aclsOfPolicy,
  replacedAcl,
  replacementRefusal,
} from '../../../src/plan/policy/policy-acls.ts';
import { marked, markTreatment, paceTreatment } from '../../sample-treatments.ts';
import { addPort, networkId, sampleEndpoint, sampleNetwork } from '../sample.ts';

/** Puts a cookie on the rules of ports that ask for a pace. */
const pacing: NetworkFeature = {
  name: 'pace',
  acls: {
    replace: (acls, { network, treatments }) => {
      const pace = askedValue(treatments, paceTreatment);
      if (pace === undefined) return acls;
      return acls.map((acl) =>
        replacedAcl(acl, { network, how: `pace${pace}` }, (rules) =>
          rules.map((rule) => ({ ...rule, raw: { ...rule.raw, cookie: pace } })),
        ),
      );
    },
  },
};

/** Denies first what a marked port must not send, and takes no rule that has a cookie. */
const marking: NetworkFeature = {
  name: 'mark',
  acls: {
    replace: (acls, { network, treatments }) =>
      treatments.has(markTreatment.name)
        ? acls.map((acl) =>
            replacedAcl(acl, { network, how: 'marked' }, (rules) => [
              { match: { vlan_vid: 7 }, verdict: 'deny', raw: { vlan_vid: 7 } },
              ...rules,
            ]),
          )
        : acls,
    refusal: (acl, model) =>
      acl.inFile(model)?.rules.some(({ raw }) => raw.cookie !== undefined)
        ? `ACL "${acl.name}" has a cookie`
        : undefined,
  },
};

const operator = `acls:
  a: [{rule: {eth_type: 0x800, actions: {allow: 1}}}]
  b: [{rule: {actions: {allow: 0}}}]
`;
const model = parseFaucet(operator);
const both: Treatments = new Map<string, boolean | number>([...marked, ['pace', 3]]);
const paced = new Map([['pace', 3]]);
const of = (...hows: readonly string[]) =>
  hows.reduce((acl, how) => derivedAcl(how, networkId, acl), 'a');

describe('the ACLs of a port that features replace', () => {
  test.each<[string, readonly NetworkFeature[], Treatments, string]>([
    ['nothing is asked for', [marking, pacing], noTreatments, 'a'],
    ['one of them is asked', [marking, pacing], paced, of('pace3')],
    ['both are', [marking, pacing], both, of('marked', 'pace3')],
    ['both are in another order', [pacing, marking], both, of('pace3', 'marked')],
  ])('are named by what was made of them when %s', (_what, features, treatments, name) => {
    const network = sampleNetwork({ features });
    expect(aclsInFile(network, { acls: ['a'], treatments })).toEqual([name]);
    expect(aclsOfPolicy(network, [name], treatments)).toEqual(['a']);
  });

  test('are not those of the policy when the treatments are others', () => {
    const network = sampleNetwork({ features: [marking, pacing] });
    expect(aclsOfPolicy(network, [of('pace3')], noTreatments)).toEqual([]);
    expect(aclsOfPolicy(network, [of('pace4')], paced)).toEqual([]);
  });

  test('have the rules that one feature makes of those of the other, known by the operator’s', () => {
    const network = sampleNetwork({ features: [marking, pacing] });
    const rules = policyRules(network, { acls: ['a', 'b'], treatments: both }, model);
    expect(rules?.map(({ acl, flow: { priority, verdict } }) => [acl, priority, verdict])).toEqual([
      ['a', 20480, 'deny'],
      ['a', 20479, 'allow'],
      ['b', 20478, 'deny'],
      ['b', 20477, 'deny'],
    ]);
    const missing = { acls: ['a', 'gone'], treatments: both };
    expect(policyRules(network, missing, model)).toBeUndefined();
  });

  test('of a port of others are left as they are', () => {
    const network = sampleNetwork({ features: [marking, pacing] });
    const other = { acls: ['a'], treatments: both, isContainers: false };
    expect(policyRules(network, other, model)).toHaveLength(1);
  });

  test('are refused when a feature cannot take what one before it has made', () => {
    const policy = { acls: ['a'], treatments: both };
    const conflict = sampleNetwork({ features: [pacing, marking] });
    expect(replacementRefusal(conflict, policy, model)).toBe(`ACL "${of('pace3')}" has a cookie`);
    const other = sampleNetwork({ features: [marking, pacing] });
    expect(replacementRefusal(other, policy, model)).toBeUndefined();
    const unmarked = { ...policy, treatments: paced };
    expect(replacementRefusal(conflict, unmarked, model)).toBeUndefined();
  });
});

describe('in faucet.yaml', () => {
  const network = sampleNetwork({ features: [marking, pacing] });
  const plain = addPort(network, 1);
  const treated = addPort(network, 2, {
    ...{ acls: ['a', allowAllAcl], treatments: both, endpoint: sampleEndpoint() },
  });
  const { engineId } = network.spec;
  const text = editText(operator, networkEdits(network, 'lab', [plain, treated], engineId, model));
  const written = parseFaucet(text);

  test('what they make is there for the ports that ask, and nothing in between', () => {
    const on = (number: number) =>
      written.dps.get('lab')?.interfaces.find((item) => item.number === number)?.aclsIn;
    const allowAll = derivedAcl('pace3', networkId, derivedAcl('marked', networkId, allowAllAcl));
    expect(on(1)).toEqual([allowAllAcl]);
    expect(on(2)).toEqual([of('marked', 'pace3'), allowAll]);
    expect([...written.acls.keys()].sort()).toEqual(
      ['a', 'b', allowAllAcl, of('marked', 'pace3'), allowAll].sort(),
    );
    expect(editText(text, [featureStep(network)])).toBe(text);
  });

  test('it follows what the operator says', () => {
    const changed = text.replace('{eth_type: 0x800, actions', '{eth_type: 0x806, actions');
    const stale = staleDerivedAcls(network, parseFaucet(changed));
    expect([...stale.keys()]).toEqual([of('marked', 'pace3')]);
    expect(areFeaturesWritten(network, parseFaucet(changed))).toBe(false);
    const after = parseFaucet(editText(changed, [featureStep(network)]));
    expect(areFeaturesWritten(network, after)).toBe(true);
  });

  test('it goes with the network', () => {
    const gone = editText(text, removalEdits(network, 'lab', engineId, written));
    expect([...parseFaucet(gone).acls.keys()]).toEqual(['a', 'b']);
  });
});
