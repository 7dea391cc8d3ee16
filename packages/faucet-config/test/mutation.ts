import fc from 'fast-check';

/** Values that sit badly somewhere: every YAML type, edges of every range, spellings that parsers differ on. */
const pool = [
  'null',
  '~',
  'true',
  'false',
  'no',
  '0',
  '-1',
  '1',
  '2',
  '100',
  '300',
  '3',
  '9',
  '10',
  '99',
  '999',
  '200',
  '4095',
  '4096',
  '65536',
  '4294967294',
  '18446744073709551616',
  '0x1F',
  '0o17',
  '0b11',
  '1_000',
  '010',
  '+7',
  '1e3',
  '1.0',
  '.5',
  '2024-01-01',
  '2024-02-31',
  '"x"',
  '"1"',
  '"0x800"',
  '"010"',
  '"10.0.0.1"',
  '"10.0.0.1/24"',
  '"10.0.0.0/255.0.255.0"',
  '"fd00::1"',
  '"0e:00:00:00:00:01"',
  '0e:00:00:00:00:01',
  "''",
  'x',
  '=',
  '[]',
  '{}',
  '[1]',
  '[x]',
  '[null]',
  '{port: 1}',
  '{allow: 1}',
  '{dp: net1, port: 1}',
  '12:30:45',
  '!!str 5',
  '!odd 5',
  '*nowhere',
];

/** Keys from all over, to be put where they do not belong. */
const keys = [
  'number',
  'name',
  'native_vlan',
  'tagged_vlans',
  'acls_in',
  'acl_in',
  'output_only',
  'mirror',
  'stack',
  'coprocessor',
  'opstatus_reconf',
  'max_hosts',
  'dp_id',
  'hardware',
  'timeout',
  'interfaces',
  'interface_ranges',
  'dp_acls',
  'egress_pipeline',
  'lldp_beacon',
  'priority',
  'vid',
  'reserved_internal_vlan',
  'acls_out',
  'faucet_vips',
  'rule',
  'rules',
  'actions',
  'allow',
  'output',
  'ports',
  'port',
  'tunnel',
  'meter',
  'eth_type',
  'ip_proto',
  'tcp_dst',
  'ipv4_src',
  'vlan_vid',
  'cookie',
  'ct',
  'set_fields',
  'pop_vlans',
  'vlan_vids',
  'entry',
  'flags',
  'bands',
  'nonsense',
  '1',
  '"1"',
];

const step = fc.record({
  kind: fc.constantFrom(
    'value',
    'like',
    'like',
    'like',
    'key',
    'line',
    'cut',
    'swap',
    'more',
    'more',
    'insert',
  ),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  value: fc.constantFrom(...pool),
  key: fc.constantFrom(...keys),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function replaceNth(text: string, form: RegExp, nth: number, value: string): string {
  const found = [...text.matchAll(form)];
  const match = found[nth % Math.max(1, found.length)];
  if (match === undefined) return text;
  return text.slice(0, match.index) + value + text.slice(match.index + match[0].length);
}

const valueForm = /(?<=[:[,-] ?)(?<= |\[)(?:"[^"\n]*"|[^\s,[\]{}"#:]+)(?=[\s,\]}])/g;
const keyForm = /(?<=^\s*(?:- )?|[{,] ?)[A-Za-z0-9_"-]+(?=:[ \n])/gm;

/** What a value looks like, so that one can be replaced by another that Faucet might take as well. */
function likeness(value: string): string {
  if (/^(?:true|false)$/.test(value)) return 'bool';
  if (/^[-+]?[0-9]\w*$/.test(value)) return 'int';
  return /^["']/.test(value) ? 'string' : 'other';
}

function mutate(text: string, { kind, at, other, value, key }: Step): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  switch (kind) {
    case 'value':
      return replaceNth(text, valueForm, at, value);
    case 'like': {
      const found = [...text.matchAll(valueForm)].map((match) => match[0]);
      const old = found[at % Math.max(1, found.length)] ?? '';
      const alike = pool.filter((one) => likeness(one) === likeness(old));
      return replaceNth(text, valueForm, at, alike[other % Math.max(1, alike.length)] ?? value);
    }
    case 'key':
      return replaceNth(text, keyForm, at, key);
    case 'line':
      return lines
        .toSpliced(index, 1, `${lines[index]?.match(/^ */)?.[0]}${key}: ${value}`)
        .join('\n');
    case 'more':
      return replaceNth(text, /\{(?=[^}])/g, at, `{${key}: ${value}, `);
    case 'insert': {
      const indent = lines[index]?.match(/^ */)?.[0];
      return lines.toSpliced(index, 0, `${indent}${key}: ${value}`).join('\n');
    }
    case 'cut':
      return lines.toSpliced(index, 1).join('\n');
    default: {
      const found = [...text.matchAll(valueForm)];
      const from = found[other % Math.max(1, found.length)];
      return from === undefined ? text : replaceNth(text, valueForm, at, from[0]);
    }
  }
}

/** A text made by hitting a good one once to three times. */
export function mutationOf(corpus: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(step, { minLength: 1, maxLength: 2 }))
    .map(([text, steps]) => steps.reduce(mutate, text));
}
