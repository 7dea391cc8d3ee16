import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatFlow, formatFlowFilter, inPortOf, parseFlow } from '../src/index.ts';

const flow = { table: 0, priority: 32768, cookie: 0n, match: '', actions: 'drop' };

it.each([
  [
    ' cookie=0x5adc15c0, duration=2.4s, table=3, n_packets=3, n_bytes=186, idle_timeout=5, send_flow_rem priority=5,in_port=7 actions=CONTROLLER:65535,LOCAL',
    {
      table: 3,
      priority: 5,
      cookie: 0x5adc15c0n,
      match: 'in_port=7',
      actions: 'CONTROLLER:65535,LOCAL',
    },
  ],
  [' cookie=0x0, table=1, priority=0 actions=drop', { table: 1, priority: 0 }],
  [
    ' table=1, in_port=LOCAL,vlan_tci=0x0000/0x1fff actions=push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:1',
    {
      table: 1,
      match: 'in_port=LOCAL,vlan_tci=0x0000/0x1fff',
      actions: 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:1',
    },
  ],
  [
    'priority=9,tcp,in_port=7,tp_dst=80,actions=resubmit(,1)',
    {
      priority: 9,
      match: 'tcp,in_port=7,tp_dst=80',
      actions: 'resubmit(,1)',
    },
  ],
  ['actions=drop', {}],
])('reads %s', (line, expected) => {
  expect(parseFlow(line)).toEqual({ ...flow, ...expected });
});

it('refuses a number that is none', () => {
  const refusal = expect.objectContaining({ code: 'BAD_FLOW' });
  for (const line of [
    'table=x,actions=drop',
    'priority=-1,actions=drop',
    'cookie=z,actions=drop',
  ]) {
    expect(() => parseFlow(line)).toThrow(refusal);
  }
});

it('writes a flow with everything that tells it apart', () => {
  expect(formatFlow({ match: 'in_port=7', actions: 'drop' })).toBe(
    'table=0,priority=32768,cookie=0x0,in_port=7,actions=drop',
  );
});

it('reads what it has written', () => {
  const fields = fc.constantFrom(
    'in_port=7',
    'ip',
    'dl_vlan=100',
    'nw_src=10.0.0.0/8',
    'tp_dst=80',
  );
  const any = fc.record({
    table: fc.nat(253),
    priority: fc.nat(65535),
    cookie: fc.bigInt(0n, (1n << 64n) - 1n),
    match: fc.uniqueArray(fields).map((parts) => parts.join(',')),
    actions: fc.constantFrom('drop', 'LOCAL,output:3', 'set_field:1->reg0,goto_table:2'),
  });
  fc.assert(
    fc.property(any, (given) => {
      expect(parseFlow(formatFlow(given))).toEqual(given);
    }),
  );
});

it('writes which flows to delete', () => {
  expect(formatFlowFilter({})).toBe('');
  expect(formatFlowFilter({ table: 2, match: 'in_port=7', cookie: 5n })).toBe(
    'table=2,cookie=0x5/-1,in_port=7',
  );
  expect(formatFlowFilter({ strict: true, match: 'ip' })).toBe('table=0,priority=32768,ip');
});

it.each([
  ['in_port=7', 7],
  ['ip,in_port=12,nw_src=10.0.0.1', 12],
  ['in_port=LOCAL', 65534],
  ['in_port=4294967294', 65534],
  ['in_port="tap7"', undefined],
  ['ip', undefined],
  ['nd_in_port=7', undefined],
])('finds the port in %s', (match, port) => {
  expect(inPortOf(match)).toBe(port);
});
