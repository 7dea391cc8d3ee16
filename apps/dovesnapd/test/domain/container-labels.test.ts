import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isPolicyLabel,
  type LabelContext,
  MAC_PREFIX,
  parseContainerLabels,
} from '../../src/domain/container-labels.ts';
import { DovesnapError } from '../../src/domain/error.ts';
import { noTreatments } from '../../src/domain/treatments.ts';
import { hostileText, oneLine } from '../hostile-text.ts';
import { marked, markTreatment, paceTreatment } from '../sample-treatments.ts';

const PORT_ACL = 'dovesnap.faucet.portacl';
const MARK = markTreatment.label;
const PACE = paceTreatment.label;
const nothing = { acls: undefined, treatments: noTreatments, macPrefix: undefined };
const here: LabelContext = {
  ...{ networkName: 'mynet', treatments: [markTreatment, paceTreatment] },
  ...{ imageLabels: {}, trustImageLabels: false },
};

function refusal(labels: Record<string, string>, context = here): unknown {
  try {
    return parseContainerLabels(labels, context);
  } catch (error) {
    expect(error).toBeInstanceOf(DovesnapError);
    const { code, message } = error as DovesnapError;
    return { code, message };
  }
}

describe('the portacl label', () => {
  it.each([
    [{}, undefined],
    [{ [PORT_ACL]: '' }, undefined],
    [{ [PORT_ACL]: 'web' }, ['web']],
    [{ [PORT_ACL]: 'a,b' }, ['a', 'b']],
    [{ [PORT_ACL]: 'other:x/mynet:web' }, ['web']],
    [{ [PORT_ACL]: 'other:x' }, undefined],
    [{ [PORT_ACL]: 'other:x/rest' }, ['rest']],
    [{ maintainer: 'someone', 'com.docker.compose.project': 'p' }, undefined],
    [{ 'dovesnap.note': 'a label of somebody else' }, undefined],
  ])('%j asks for %j', (labels, acls) => {
    expect(parseContainerLabels(labels as Record<string, string>, here)).toEqual({
      ...nothing,
      acls,
    });
  });

  it('is refused when it is malformed, never skipped', () => {
    expect(refusal({ [PORT_ACL]: 'web/other' })).toEqual({
      code: 'BAD_LABEL',
      message: `label ${PORT_ACL} cannot be "web/other": accepted is ACL, ACL,ACL2, or NETWORK:ACL/NETWORK2:ACL2`,
    });
  });

  it('is refused when it is malformed for another network only, since that was meant too', () => {
    expect(refusal({ [PORT_ACL]: 'mynet:web/other:' })).toMatchObject({ code: 'BAD_LABEL' });
  });
});

describe('a network whose name cannot be written in a label', () => {
  const there = (networkName: string): LabelContext => ({ ...here, networkName });

  it.each([
    ['a/b:c', 'a/b:c:web'],
    ['my net', 'my net:web'],
  ])('%j is named in the refusal, with what to use instead', (name, value) => {
    expect(refusal({ [PORT_ACL]: value }, there(name))).toEqual({
      code: 'BAD_LABEL',
      message: `label ${PORT_ACL} cannot be "${value}": accepted is ACL, ACL,ACL2, or NETWORK:ACL/NETWORK2:ACL2; the name of network "${name}" cannot be written in a label: use a value without a network or the option ovs.bridge.default_acl of the network`,
    });
    expect(refusal({ [MARK]: `${name}:true` }, there(name))).toMatchObject({
      message: expect.stringMatching(
        /; the name of network ".+" cannot be written in a label: use a value without a network$/,
      ),
    });
  });

  it('takes a value without a network', () => {
    expect(parseContainerLabels({ [PORT_ACL]: 'web' }, there('my net')).acls).toEqual(['web']);
  });
});

describe('the mac_prefix label', () => {
  it.each([
    ['0e:99', '0e:99'],
    ['0e99', '0e99'],
    ['0E', '0E'],
    ['0e:99:00:11:22', '0e:99:00:11:22'],
    ['', undefined],
  ])('%j asks for %j', (text, macPrefix) => {
    expect(parseContainerLabels({ [MAC_PREFIX]: text }, here)).toEqual({ ...nothing, macPrefix });
  });

  it.each([
    ['0e:99:00:11:22:33', 'a whole MAC'],
    ['01:00:5e', 'a multicast group'],
    ['0e:9', 'half a byte'],
    ['0e-99', 'dashes'],
    ['mynet:0e:99', 'a form per network'],
    [' 0e', 'a blank'],
    ['zz', 'no hex digits'],
  ])('is refused as %j: %s', (text) => {
    expect(refusal({ [MAC_PREFIX]: text })).toEqual({
      code: 'BAD_LABEL',
      message: `label ${MAC_PREFIX} cannot be "${text}": accepted are the first 1 to 5 bytes of a unicast MAC, such as 0e:99 or 0e99`,
    });
  });

  it('is refused when it comes from the image, which is not trusted with policy', () => {
    const imageLabels = { [MAC_PREFIX]: '0e:99' };
    const context = { ...here, imageLabels };
    expect(refusal(imageLabels, context)).toMatchObject({
      message: expect.stringContaining(`label ${MAC_PREFIX}="0e:99" comes from the image`),
    });
    expect(refusal({ [MAC_PREFIX]: '0e:98' }, context)).toMatchObject({ macPrefix: '0e:98' });
  });
});

describe('misspelt labels', () => {
  it.each([
    ['dovesnap.faucet.portacI', PORT_ACL],
    ['dovesnap.faucet.acl', PORT_ACL],
    ['dovesnap.fauct.portacl', PORT_ACL],
    ['Dovesnap.Faucet.Portacl', PORT_ACL],
    ['dovesnap.faucet.macprefix', 'dovesnap.faucet.mac_prefix'],
  ])('%s is refused with the nearest name', (key, nearest) => {
    expect(refusal({ [key]: 'web' })).toEqual({
      code: 'BAD_LABEL',
      message: `label "${key}" is unknown: did you mean ${nearest}?`,
    });
  });
});

describe('the label of a treatment', () => {
  it.each([
    ['true', true],
    ['YES', true],
    ['0', false],
    ['', false],
    ['mynet:true', true],
    ['mynet:true/false', true],
    ['mynet:false/true', false],
    ['other:true', false],
    ['other:false/1', true],
  ])('%j asks for %j', (text, isAsked) => {
    expect(parseContainerLabels({ [MARK]: text }, here)).toEqual({
      ...nothing,
      treatments: isAsked ? marked : noTreatments,
    });
  });

  it.each(['maybe', 'true/true', 'mynet:', 'mynet', 'mynet:true,other:true', 'a b:true'])(
    'is refused as %j',
    (text) => {
      expect(refusal({ [MARK]: text })).toEqual({
        code: 'BAD_LABEL',
        message: `label ${MARK} cannot be "${text}": accepted is true or false (also 1/0, t/f, yes/no), or NETWORK:true/NETWORK2:false`,
      });
    },
  );

  it('is refused when it comes from the image, which is not trusted with policy', () => {
    const imageLabels = { [MARK]: 'false' };
    expect(refusal(imageLabels, { ...here, imageLabels })).toMatchObject({
      message: expect.stringContaining(`label ${MARK}="false" comes from the image`),
    });
  });
});

describe('the label of a treatment with a number', () => {
  it.each([
    ['0', 0],
    ['mynet:3/5', 3],
    ['other:3/5', 5],
    ['other:3', undefined],
    ['', undefined],
  ])('%j asks for %j', (text, pace) => {
    const { treatments } = parseContainerLabels({ [PACE]: text }, here);
    expect([...treatments]).toEqual(pace === undefined ? [] : [['pace', pace]]);
  });

  it('is refused with what it accepts', () => {
    expect(refusal({ [PACE]: 'mynet:10' })).toEqual({
      code: 'BAD_LABEL',
      message: `label ${PACE} cannot be "mynet:10": accepted is a whole number from 0 to 9, or NETWORK:3/NETWORK2:5`,
    });
  });

  it('is refused when no feature of the network defines it', () => {
    expect(refusal({ [PACE]: '3' }, { ...here, treatments: [] })).toEqual({
      code: 'BAD_LABEL',
      message: expect.stringContaining(`label "${PACE}" is unknown: did you mean dovesnap.`),
    });
  });
});

describe('policy from an image', () => {
  const imageLabels = { [PORT_ACL]: 'allowall', vendor: 'x' };

  it('is refused with the label and the two ways out', () => {
    expect(refusal({ [PORT_ACL]: 'allowall' }, { ...here, imageLabels })).toEqual({
      code: 'BAD_LABEL',
      message: `label ${PORT_ACL}="allowall" comes from the image, which is not trusted with policy: start dovesnapd with --trust_image_labels, or give the label another value at run time`,
    });
  });

  it('is refused even when it says nothing about this network', () => {
    const other = { [PORT_ACL]: 'elsewhere:allowall' };
    expect(refusal(other, { ...here, imageLabels: other })).toMatchObject({ code: 'BAD_LABEL' });
  });

  it('is taken when images are trusted', () => {
    const context = { ...here, imageLabels, trustImageLabels: true };
    expect(parseContainerLabels({ [PORT_ACL]: 'allowall' }, context)).toMatchObject({
      acls: ['allowall'],
    });
  });

  it('gives way to another value at run time, also to an empty one', () => {
    const context = { ...here, imageLabels };
    expect(parseContainerLabels({ [PORT_ACL]: 'web' }, context)).toMatchObject({ acls: ['web'] });
    expect(parseContainerLabels({ [PORT_ACL]: '' }, context)).toEqual(nothing);
  });

  it('does not concern labels without policy', () => {
    expect(parseContainerLabels({ vendor: 'x' }, { ...here, imageLabels })).toEqual(nothing);
  });
});

describe('any labels', () => {
  it('are read or refused with a DovesnapError, and never open a port that an unreadable label was to close', () => {
    const key = fc.oneof(
      fc.constantFrom(PORT_ACL, 'dovesnap.faucet.mac_prefix', MARK),
      hostileText.map((text) => `dovesnap.faucet.${text}`),
      hostileText,
    );
    const labels = fc.dictionary(key, hostileText, { maxKeys: 4 });
    fc.assert(
      fc.property(labels, labels, hostileText, (given, imageLabels, networkName) => {
        try {
          const policy = parseContainerLabels(given, { ...here, imageLabels, networkName });
          expect(policy.acls?.length).not.toBe(0);
          if (policy.macPrefix !== undefined) expect(policy.macPrefix).toMatch(/^[0-9a-f:]+$/i);
        } catch (error) {
          expect(error).toBeInstanceOf(DovesnapError);
          expect((error as Error).message).toMatch(oneLine);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('isPolicyLabel', () => {
  it('knows the labels whose origin matters', () => {
    expect(isPolicyLabel(PORT_ACL)).toBe(true);
    expect(isPolicyLabel(MARK)).toBe(true);
    expect(isPolicyLabel('vendor')).toBe(false);
  });
});
