import { expect, test } from 'vitest';
import { areAllBack, parseFlowAges } from '../src/flow-ages.ts';

// ovs-ofctl -OOpenFlow13 --no-names dump-flows, openvswitch 3.1.0.
const dump = `OFPST_FLOW reply (OF1.3) (xid=0x2):
 cookie=0x5adc15c0, duration=18.055s, table=0, n_packets=15, n_bytes=1376, priority=20480,in_port=1 actions=goto_table:1
 cookie=0x5adc15c0, duration=18.055s, table=0, n_packets=6, n_bytes=476, priority=20480,in_port=LOCAL actions=goto_table:1
 cookie=0x5adc15c0, duration=2.988s, table=1, n_packets=1, n_bytes=60, priority=4096,in_port=10,vlan_tci=0x0000/0x1fff actions=push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:2
 cookie=0x5adc15c0, duration=17.862s, table=2, n_packets=14, n_bytes=1316, hard_timeout=288, priority=8191,in_port=1,dl_vlan=100,dl_src=02:8a:0a:4d:00:02 actions=goto_table:3
 cookie=0x5adc15c0, duration=18.055s, table=1, n_packets=0, n_bytes=0, priority=0 actions=drop
`;

test('flows of numbered ports that stay are read, with their table and age', () => {
  expect(parseFlowAges(dump)).toEqual([
    { key: '0/1', ofPort: 1, age: 18.055 },
    { key: '1/10', ofPort: 10, age: 2.988 },
  ]);
});

test('all are back when each has a flow that is younger than the restart', () => {
  const flows = parseFlowAges(dump);
  expect(areAllBack(flows, new Set(['0/1', '1/10']), 20)).toBe(true);
  expect(areAllBack(flows, new Set(['0/1', '1/10']), 10)).toBe(false);
  expect(areAllBack(flows, new Set(['1/10']), 10)).toBe(true);
});
