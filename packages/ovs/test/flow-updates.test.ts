import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type FlowMonitorEvent, flowMonitorReader } from '../src/flow/flow-updates.ts';

const fixture = (name: string): string[] =>
  readFileSync(new URL(`fixtures/ovs-ofctl-3.1.0-monitor-${name}.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

function read(lines: readonly string[]): FlowMonitorEvent[] {
  const events: FlowMonitorEvent[] = [];
  const push = flowMonitorReader((event) => events.push(event));
  for (const line of lines) push(line);
  return events;
}

it('takes priorities out of the dump, where two flows differ in nothing else', () => {
  const vlan = { match: 'in_port=7,dl_vlan=100', actions: 'goto_table:1', cookie: 0x5adc15c0n };
  expect(read(fixture('initial'))).toEqual([
    {
      type: 'updates',
      initialDone: true,
      changes: [
        { event: 'ADDED', inPort: 7, flow: { table: 0, priority: 100, ...vlan } },
        { event: 'ADDED', inPort: 7, flow: { table: 0, priority: 101, ...vlan } },
        {
          event: 'ADDED',
          inPort: undefined,
          flow: { table: 1, priority: 0, cookie: 0n, match: '', actions: 'drop' },
        },
      ],
    },
  ]);
});

it('reads changes and deletions', () => {
  const events = read(fixture('updates'));
  const changes = events.flatMap((event) => (event.type === 'updates' ? event.changes : []));
  expect(
    changes.map(({ event, inPort, flow }) => [event, inPort, flow.priority, flow.actions]),
  ).toEqual([
    ['MODIFIED', 7, 101, 'drop'],
    ['DELETED', 7, 100, 'goto_table:1'],
    ['ADDED', 65534, 32768, 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:1'],
  ]);
  expect(events.some((event) => event.type === 'updates' && event.initialDone)).toBe(false);
});

it('tells when the switch pauses and resumes', () => {
  expect(read(fixture('pause'))).toEqual([{ type: 'paused' }, { type: 'resumed' }]);
});

it('passes over an abbreviated change of its own', () => {
  const lines = [
    'NXST_FLOW_MONITOR reply (OF1.3) (xid=0x0):',
    ' event=ABBREV xid=0x5',
    '00000000  04 13 00 20 00 00 00 00-ff ff 00 00 00 00 00 00 |................|',
    '00000010  4f 4e 46 00 00 00 07 4e-00 08 00 03 00 00 00 05 |ONF....N........|',
  ];
  expect(read(lines)).toEqual([{ type: 'updates', changes: [], initialDone: false }]);
});

it('says that it is broken when any one line is missing from a message', () => {
  const lines = fixture('initial');
  const start = lines.findIndex((line) => line.includes('reply'));
  for (let missing = start + 1; missing < lines.length; missing++) {
    const cut = lines.filter((_, index) => index !== missing);
    const events = read([...cut, ...fixture('pause')]);
    expect(events[0], `without line ${missing}`).toEqual({ type: 'broken' });
  }
});

it('is not disturbed by other messages and by warnings', () => {
  const noise = [
    'OFPT_PORT_STATUS (OF1.3) (xid=0x0): MOD: 7(tap7): addr:02:00:00:00:00:07',
    '2026-01-01T00:00:00Z|00001|vconn|WARN|something',
    '00000000  04 0c 00 50 00 00 00 00-02 00 00 00 00 00 00 00 |...P............|',
  ];
  expect(read([...noise, ...fixture('initial'), ...noise])).toHaveLength(1);
});

it('knows that the switch has refused what it was asked', () => {
  expect(read(['OFPT_ERROR (OF1.3) (xid=0x1): OFPBRC_BAD_EXPERIMENTER'])).toEqual([
    { type: 'broken' },
  ]);
});
