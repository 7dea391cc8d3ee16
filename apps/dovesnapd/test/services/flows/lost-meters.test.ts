import { parseFaucet } from '@dovesnap/faucet-config';
import type { Flow } from '@dovesnap/ovs';
import { expect, test } from 'vitest';
import { localOfPort, localSwitchPort } from '../../../src/domain/names.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { watchLostMeters } from '../../../src/services/flows/lost-meters.ts';
import { sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

const flow = (table: number, priority: number, actions: string): Flow => ({
  ...{ table, priority, actions, match: 'in_port=LOCAL' },
  cookie: 0n,
});
const limit = flow(0, 20480, 'meter:1,goto_table:1');
const rest = flow(0, 20479, 'goto_table:1');
const member = flow(1, 4096, 'goto_table:2');
const policy = [limit, rest, member];

const text = `
dps: {lab: {dp_id: 1, interfaces: {${localOfPort}: {native_vlan: 100, acls_in: [limited]}}}}
meters: {slow: {meter_id: 1, entry: {flags: KBPS, bands: [{type: DROP, rate: 1000}]}}}
acls: {limited: [{rule: {dl_type: 0x800, actions: {meter: slow, allow: 1}}}, {rule: {actions: {allow: 1}}}]}
`;

/** A gateway under an ACL with a meter, in a switch whose flows can be changed. */
function bed() {
  const network = sampleNetwork();
  const bare = bareParts();
  const world = {
    flows: policy as readonly Flow[],
    emptied: 0,
    error: undefined as Error | undefined,
  };
  const resyncs: number[] = [];
  const counted: number[] = [];
  let tell = (_bridge: string, _ports: ReadonlySet<number>): void => undefined;
  const flows = {
    emptied: () => world.emptied,
    follow: () => ({ flowsOf: () => world.flows }),
    onChange: (listener: typeof tell) => {
      tell = listener;
    },
  } as unknown as Flows;
  const parts = {
    ...bare,
    ovs: {
      commit: async () => {
        resyncs.push(bare.clock.now());
        if (world.error !== undefined) throw world.error;
      },
      settled: async () => undefined,
    },
  } as unknown as Parts;
  watchLostMeters(parts, {
    registry: { all: () => [network] },
    flows,
    desk: { latest: parseFaucet(text) },
    count: (_name, ports) => void counted.push(ports),
  });
  const change = (...now: readonly Flow[]): void => {
    world.flows = now;
    tell(network.spec.bridge, new Set([localSwitchPort]));
  };
  change(...policy);
  const said = (): string[] => bare.log.lines.map(({ level, message }) => `${level}: ${message}`);
  return { ...bare, network, world, resyncs, counted, change, said };
}

const what = 'restore flows that were lost with their meter';
const lost =
  'warn: the switch has lost flows of the gateway with their meter: resyncing the bridge';

test('a bridge whose gateway has lost a rule with its meter is resynced, and noted until it is back', async () => {
  const { network, clock, change, resyncs, counted, said } = bed();
  change(rest, member);
  change(rest, member);
  await clock.advance(19);
  expect(resyncs).toEqual([]);
  await clock.advance(1);
  // The controllers are taken away, and given back.
  expect(resyncs).toEqual([20, 20]);
  expect([counted, said()]).toEqual([[1], [lost]]);
  const note = network.notes.get('lost meters');
  expect(note?.sentence).toMatch(/the switch had lost flows of the gateway with their meter$/);
  expect(note?.isDone?.()).toBe(false);
  change(...policy);
  expect(network.notes.has('lost meters')).toBe(false);
});

test('flows that Faucet gives back at once were not lost', async () => {
  const { clock, change, resyncs } = bed();
  change(rest, member);
  await clock.advance(19);
  change(...policy);
  await clock.advance(1000);
  expect(resyncs).toEqual([]);
});

test('a switch that Faucet starts over with has lost nothing while it gets its flows back', async () => {
  const { clock, change, world, resyncs } = bed();
  world.emptied = 1;
  change(rest, member);
  await clock.advance(1000);
  change(...policy);
  expect(resyncs).toEqual([]);
  change(rest, member);
  await clock.advance(20);
  expect(resyncs).toEqual([20, 20].map((ms) => ms + 1000));
});

test('a resync that fails is shown, and tried again until the rules are back', async () => {
  const { clock, change, world, resyncs, counted, failures, said } = bed();
  world.error = new Error('the switch is away');
  change(rest, member);
  await clock.advance(20);
  expect(failures.all()).toMatchObject([{ what, error: { message: 'the switch is away' } }]);
  world.error = undefined;
  await clock.advance(1000);
  expect(resyncs).toEqual([20, 1020, 1020]);
  expect(failures.all()).toEqual([]);
  change(...policy);
  await clock.advance(100_000);
  expect(resyncs).toHaveLength(3);
  expect(counted).toEqual([1]);
  expect(said()).toEqual([
    lost,
    `warn: could not ${what}: the switch is away`,
    `info: can ${what} again`,
  ]);
});

test('rules that have come back by themselves after a resync that failed are left alone', async () => {
  const { clock, change, world, resyncs, failures } = bed();
  world.error = new Error('the switch is away');
  change(rest, member);
  await clock.advance(20);
  change(...policy);
  await clock.advance(1000);
  expect(resyncs).toEqual([20]);
  expect(failures.all()).toEqual([]);
});
