import fc from 'fast-check';
import {
  type Edit,
  type InterfaceSpec,
  setAcl,
  setDp,
  setInterface,
  setVlan,
} from '../src/index.ts';
import { type Styled, styled } from './styled-config.ts';

/** Any character that is one code unit: `unit: 'binary'` of fast-check takes two seconds to set up. */
const character = fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCharCode(code));

/** Strings that YAML would take for something else, or that Faucet dies of when they stand raw. */
export const awkward: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'yes',
    '~',
    '0x1',
    '1e3',
    '2024-01-01',
    '- a',
    'a: b',
    '# c',
    "'",
    '"',
    '\u0007',
    '\u2028',
    '💡',
    '',
  ),
  fc.string({ unit: character, maxLength: 12 }),
);

/** What may be wanted of an interface with a VLAN. */
export const spec: fc.Arbitrary<InterfaceSpec> = fc.record(
  {
    description: fc.option(awkward, { nil: null }),
    nativeVlan: fc.integer({ min: 1, max: 4094 }),
    aclsIn: fc.array(fc.constantFrom('open', 'shut'), { minLength: 1, maxLength: 2 }),
    opstatusReconf: fc.boolean(),
    other: fc.constantFrom({}, { max_hosts: 3 }, { lldp_beacon: { enable: true, org_tlvs: [] } }),
  },
  { requiredKeys: ['nativeVlan', 'aclsIn'] },
);

/** Edits of what a styled configuration has, and of what it has not. */
function editsOf({ dps }: Styled): fc.Arbitrary<Edit[]> {
  const names = dps.map((one) => one.name);
  const dp = fc.constantFrom(...names);
  const port = fc.integer({ min: 1, max: 31 });
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(dp, port, spec).map((args) => setInterface(...args)),
    fc.tuple(dp, fc.integer({ min: 32, max: 40 }), spec).map((args) => setInterface(...args)),
    dp.map((one) => setDp(one, { description: 'ours', other: { timeout: 120 } })),
    fc
      .tuple(fc.integer({ min: 1, max: 4094 }), awkward)
      .map(([vid, description]) => setVlan(vid, { description })),
    fc.constant(setAcl('shut', [{ rule: { actions: { allow: 0 } } }])),
    // One has even ids and the other odd ones: Faucet refuses an id that two datapaths have.
    fc
      .tuple(fc.constantFrom('new', 'on'), fc.bigInt(100n, 2n ** 62n - 1n))
      .map(([one, id]) => setDp(one, { dpId: 2n * id + (one === 'on' ? 1n : 0n) })),
  );
  const needed: Edit[] = [
    setAcl('shut', [{ rule: { actions: { allow: 0 } } }]),
    ...['new', 'on'].map((one, i) => setDp(one, { dpId: BigInt(50 + i) })),
    ...['new', 'on'].map((one) => setInterface(one, 1, { nativeVlan: 100 })),
  ];
  return fc.array(edit, { maxLength: 6 }).map((edits) => [...needed, ...edits]);
}

/** A configuration, and edits of what it has and has not. */
export const withEdits: fc.Arbitrary<[Styled, Edit[]]> = styled.chain((config) =>
  fc.tuple(fc.constant(config), editsOf(config)),
);
