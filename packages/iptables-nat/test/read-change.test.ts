import { expect, it } from 'vitest';
import { changeReader } from '../src/read-change.ts';
import type { RuleChange } from '../src/types.ts';

const rules: RuleChange = { rules: true, tables: new Set() };
const mine: RuleChange = { rules: false, tables: new Set(['netdev mine']) };
const everything: RuleChange = { rules: true, tables: new Set(['netdev mine']) };
const end = '# new generation 4 by process 9485 (nft)';
const hook = '{ type filter hook ingress priority -500; policy drop; }';

/** What a reader that follows `netdev mine` makes of lines; `isKept`: which of its chains matter. */
function read(lines: readonly string[], isKept = (_: string): boolean => true): RuleChange[] {
  const reader = changeReader({ 'netdev mine': isKept });
  return lines.flatMap((line) => reader.read(line) ?? []);
}

// Lines of nft monitor, nftables 1.0.6.
it.each([
  ['delete rule ip filter FORWARD handle 4', rules],
  ['insert rule ip6 filter FORWARD counter packets 0 bytes 0 jump DOVESNAP-DROP', rules],
  [
    'add chain ip nat POSTROUTING { type nat hook postrouting priority srcnat; policy accept; }',
    rules,
  ],
  ['delete table ip nat', everything],
  ['delete table netdev mine', everything],
  ['# ERROR: We lost some netlink events!', everything],
  ['something new in a later version', everything],
  ['add table ip x-y', undefined],
  ['add rule ip mangle PREROUTING counter packets 0 bytes 0', undefined],
  ['add rule inet foo c ip saddr @s drop', undefined],
  ['add element inet foo s { 1.2.3.4 }', undefined],
  ['delete rule netdev others c handle 2', undefined],
  [end, undefined],
  ['', undefined],
])('a line of nft monitor tells at once what it is about: %s', (line, change) => {
  expect(read([line])).toEqual(change === undefined ? [] : [change]);
});

it.each([
  ['a chain', 'delete chain netdev mine one'],
  ['a rule', 'delete rule netdev mine one handle 2'],
])('%s that is deleted counts when the transaction ends', (_, line) => {
  expect(read([line])).toEqual([]);
  expect(read([line, end])).toEqual([mine]);
  expect(read([line, end, end])).toEqual([mine]);
});

it('a chain that its transaction adds again is not missing', () => {
  const added = `add chain netdev mine one ${hook}`;
  const lines = [added, 'delete chain netdev mine one', added, end];
  expect(read(lines)).toEqual([]);
  expect(read(['delete chain netdev mine two', ...lines])).toEqual([mine]);
});

it('a chain that does not matter any more is nobody’s business', () => {
  const lines = ['delete chain netdev mine one', end];
  expect(read(lines, (chain) => chain !== 'one')).toEqual([]);
  expect(read(lines, (chain) => chain === 'one')).toEqual([mine]);
});

it('a table of others that nobody looks after is nobody’s business', () => {
  const reader = changeReader({});
  expect(reader.read('delete rule netdev mine one handle 2')).toBeUndefined();
  expect(reader.read(end)).toBeUndefined();
});
