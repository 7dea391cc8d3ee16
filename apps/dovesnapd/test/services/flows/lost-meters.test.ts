import { parseFaucet } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { watchLostMeters } from '../../../src/services/flows/lost-meters.ts';
import { sampleFlow as flow, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

/** A port that is nobody's of ours, under an ACL with a meter. */
const text = `meters: {narrow: {meter_id: 1, entry: {flags: KBPS, bands: [{type: DROP, rate: 100}]}}}
acls:
  a:
    - rule: {eth_type: 0x800, actions: {meter: narrow, allow: 1}}
    - rule: {actions: {allow: 1}}
dps:
  lab: {dp_id: 1, interfaces: {9: {native_vlan: 100, acls_in: [a]}}}
`;
const member = flow(1, 4096, 'in_port=9', 'goto_table:2');
const metered = flow(0, 20480, 'ip,in_port=9', 'meter:1,goto_table:1');
const rest = flow(0, 20479, 'in_port=9', 'goto_table:1');

function bed() {
  const clock = fakeClock();
  const log = recordingLog();
  const network = sampleNetwork({}, { name: 'lab' });
  const now = { flows: [] as readonly Flow[], emptied: 0 };
  let hear = (_bridge: string, _ofPorts: ReadonlySet<number>): void => undefined;
  const flows = {
    emptied: () => now.emptied,
    follow: () => ({ flowsOf: () => now.flows }),
    onChange: (listener: typeof hear) => {
      hear = listener;
    },
  } as unknown as Flows;
  let count = 0;
  watchLostMeters({ clock, log } as unknown as Parts, {
    registry: { all: () => [network] },
    flows,
    desk: { latest: parseFaucet(text) },
    count: () => {
      count += 1;
    },
  });
  return {
    log,
    lost: () => count,
    change: async (some: readonly Flow[], emptied = 0) => {
      Object.assign(now, { flows: some, emptied });
      hear(network.spec.bridge, new Set([9]));
      await clock.advance(1000);
    },
  };
}

test('a port that loses rules with their meter has its bridge resynced', async () => {
  const { change, lost, log } = bed();
  await change([member, metered, rest]);
  expect(lost()).toBe(0);
  await change([member, rest]);
  expect(lost()).toBe(1);
  expect(log.lines[0]?.message).toBe(
    'the switch has lost flows of port 9 with their meter: resyncing the bridge',
  );
});

test('a switch that Faucet starts over with has lost nothing while it gets its flows back', async () => {
  const { change, lost } = bed();
  await change([member, metered, rest]);
  await change([member, rest], 1);
  await change([member, metered, rest], 1);
  expect(lost()).toBe(0);
  await change([member, rest], 1);
  expect(lost()).toBe(1);
});
