import fc from 'fast-check';

/** A configuration as plain values, and one of the many texts that say it. */
export interface Styled {
  readonly text: string;
  readonly dps: readonly StyledDp[];
}

interface StyledDp {
  readonly name: string;
  readonly ports: readonly number[];
}

const style = fc.record({
  step: fc.integer({ min: 1, max: 5 }),
  flowPorts: fc.boolean(),
  flowDps: fc.boolean(),
  /** What stands between the parts of a `{}` that goes over several lines: its indentation means nothing. */
  spread: fc.constantFrom('', '\n', '\n ', '\n\t', '# note\n', ' # note\n          '),
  comments: fc.boolean(),
  eol: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  finalLine: fc.constantFrom('', '\n', '\n\n# the end\n', '\n...\n'),
  aclsFirst: fc.boolean(),
  hex: fc.boolean(),
});

type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

/** Names that only quotes keep from being something else. */
const name = fc.constantFrom(
  'office',
  'lab 2',
  'yes',
  '1_000',
  '0x1F',
  '2024-01-01',
  'café',
  "it's",
  'a: b',
  '#1',
);

const dp = fc.record({
  name,
  ports: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
});

function renderPort(
  port: number,
  { step, flowPorts, comments, hex }: Style,
  indent: string,
): string[] {
  const vlan = hex ? '0x64' : '100';
  const note = comments ? `  # port ${port}` : '';
  if (flowPorts) return [`${indent}${port}: { native_vlan: ${vlan},  acls_in: [ open ] }${note}`];
  const inner = indent + ' '.repeat(step);
  return [
    ...(comments ? [`${indent}# before ${port}`] : []),
    `${indent}${hex ? `0x${port.toString(16)}` : port}:${note}`,
    `${inner}native_vlan:   ${vlan}${note}`,
    `${inner}acls_in:`,
    `${inner}- open`,
  ];
}

function renderDp(one: StyledDp, id: number, how: Style): string[] {
  const indent = ' '.repeat(how.step);
  const key = JSON.stringify(one.name);
  if (how.flowDps) {
    const gap = how.spread.replace('\n', how.eol);
    const ports = one.ports.map((port) => `${port}: {native_vlan: 100, acls_in: [open]}`);
    const list = `{${gap}${ports.join(`,${gap} `)}${gap}}`;
    return [`${indent}${key}: {dp_id: ${id},${gap} interfaces: ${list}${gap}} # one line`];
  }
  return [
    `${indent}${key}:`,
    `${indent.repeat(2)}interfaces:`,
    ...one.ports.flatMap((port) => renderPort(port, how, indent.repeat(3))),
    ...(how.comments ? ['', `${indent.repeat(2)}# an id that no double holds`] : []),
    `${indent.repeat(2)}dp_id: ${2n ** 63n + BigInt(id)}`,
  ];
}

function render(dps: readonly StyledDp[], how: Style): string {
  const acls = ['acls:', '  open: [{rule: {actions: {allow: 1}}}]   # everything'];
  const body = ['dps:', ...dps.flatMap((one, i) => renderDp(one, i + 1, how))];
  const lines = how.aclsFirst ? [...acls, '', ...body] : [...body, ...acls];
  const text = lines.join(how.eol) + how.finalLine.replaceAll('\n', how.eol);
  return (how.bom ? '\ufeff' : '') + text;
}

/** Configurations in every layout: indentation, one-line maps, comments, line ends, marks at both ends. */
export const styled: fc.Arbitrary<Styled> = fc
  .tuple(fc.uniqueArray(dp, { minLength: 1, maxLength: 3, selector: (one) => one.name }), style)
  .map(([dps, how]) => ({ dps, text: render(dps, how) }));
