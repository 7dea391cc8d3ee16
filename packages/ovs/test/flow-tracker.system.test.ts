import { type PrivateOvs, privateOvs } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  connectOvsdb,
  ensureBridge,
  type FlowTracker,
  type Ovsdb,
  ofctl,
  openFlowTracker,
  removeBridge,
} from '../src/index.ts';

let ovs: PrivateOvs;
let db: Ovsdb;
let tracker: FlowTracker;
const wait = { deadline: 10_000 };
const lab = { name: 'lab0', datapathType: 'netdev', failMode: 'secure' } as const;

beforeAll(async () => {
  ovs = await privateOvs();
  db = await connectOvsdb(ovs.dbTarget, wait);
  await ensureBridge(db, lab, wait);
  tracker = openFlowTracker('lab0', { rundir: ovs.rundir });
});

afterAll(async () => {
  await tracker?.close();
  await db?.close();
  await ovs?.close();
});

const flows = () => ofctl({ rundir: ovs.rundir });

/** Resolves when the tracker holds exactly what the switch itself lists. */
async function expectExact(): Promise<void> {
  const listed = await flows().dumpFlows('lab0');
  await tracker.until(9, () => tracker.flows().length === listed.length, wait);
  const sorted = (list: readonly object[]) =>
    list
      .map((flow) =>
        JSON.stringify(flow, (_, value) =>
          `${value}` === '[object Object]' ? value : String(value),
        ),
      )
      .sort();
  expect(sorted(tracker.flows())).toEqual(sorted(listed));
}

it('tells flows of a port apart by table, priority and match', async () => {
  await flows().addFlows('lab0', [
    { priority: 100, match: 'in_port=9,dl_vlan=100', actions: 'goto_table:1', cookie: 5n },
    { priority: 101, match: 'in_port=9,dl_vlan=100', actions: 'goto_table:1', cookie: 5n },
    { table: 1, priority: 0, match: '', actions: 'drop' },
    { table: 1, match: 'tcp,in_port=9,tp_dst=80', actions: 'output:LOCAL,CONTROLLER:96' },
    { match: 'in_port=LOCAL', actions: 'push_vlan:0x8100,set_field:4196->vlan_vid,goto_table:1' },
  ]);
  await tracker.until(9, (found) => found.length === 3, wait);
  await expectExact();
  await flows().deleteFlows('lab0', [
    { priority: 100, match: 'in_port=9,dl_vlan=100', strict: true },
  ]);
  await tracker.until(9, (found) => found.length === 2, wait);
  expect(tracker.flowsOf(9).map(({ priority }) => priority)).toEqual([101, 32768]);
  expect(tracker.flowsOf(65534)).toHaveLength(1);
});

it('sees changed actions and a whole table replaced in one bundle', async () => {
  const [changed] = tracker.flowsOf(9);
  await flows().addFlows('lab0', [{ ...changed, actions: 'drop' }]);
  await tracker.until(9, (found) => found.some(({ actions }) => actions === 'drop'), wait);
  await flows().replaceFlows('lab0', [{ match: 'in_port=9', actions: 'LOCAL' }]);
  await tracker.until(9, (found) => found.length === 1, wait);
  await expectExact();
});

it('counts how often the bridge was left without a flow, also when others come at once', async () => {
  const both = ['in_port=9', 'in_port=10'].map((match) => ({ match, actions: 'drop' }));
  await flows().addFlows('lab0', both);
  await expectExact();
  const before = tracker.emptied;
  await flows().deleteFlows('lab0', [{ match: 'in_port=10', strict: true }]);
  await expectExact();
  expect(tracker.emptied).toBe(before);
  await flows().deleteFlows('lab0', [{}]);
  await flows().addFlows('lab0', [{ match: 'in_port=9', actions: 'drop' }]);
  await expectExact();
  expect(tracker.emptied).toBe(before + 1);
});

it('reads a table of ten thousand flows that was there before it came', async () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    priority: index % 7,
    match: `in_port=${1 + (index % 1000)},dl_dst=02:00:00:00:${hex(index >> 8)}:${hex(index & 255)}`,
    actions: `output:${1 + (index % 999)}`,
  }));
  await flows().replaceFlows('lab0', many);
  const late = openFlowTracker('lab0', { rundir: ovs.rundir });
  await late.until(9, (found) => found.length === 10, wait);
  expect(late.flows()).toHaveLength(10_000);
  await late.close();
  await tracker.until(9, (found) => found.length === 10, wait);
  await flows().replaceFlows('lab0', [{ match: 'in_port=9', actions: 'LOCAL' }]);
  await tracker.until(9, (found) => found.length === 1, wait);
  const others = Array.from({ length: 1000 }, (_, index) => index + 1).filter((one) => one !== 9);
  await Promise.all(others.map((one) => tracker.until(one, (found) => found.length === 0, wait)));
  await expectExact();
});

it('sees every flow that comes while it begins to follow the bridge', async () => {
  const numbers = Array.from({ length: 20 }, (_, index) => 2000 + index);
  const late = numbers.map(() => openFlowTracker('lab0', { rundir: ovs.rundir }));
  for (const number of numbers) {
    await flows().addFlows('lab0', [{ match: `in_port=${number}`, actions: 'drop' }]);
  }
  const isThere = (found: readonly object[]) => found.length === 1;
  await Promise.all(
    late.flatMap((one) => numbers.map((number) => one.until(number, isThere, wait))),
  );
  await Promise.all(late.map((one) => one.close()));
  const gone = numbers.map((number) => ({ match: `in_port=${number}` }));
  await flows().deleteFlows('lab0', gone);
  await tracker.until(2019, (found) => found.length === 0, wait);
});

it('forgets the flows of a bridge that goes and follows one that comes under its name', async () => {
  const signal = AbortSignal.timeout(10_000);
  const batches = tracker.changes({ signal })[Symbol.asyncIterator]();
  const removed = removeBridge(db, 'lab0', wait);
  expect(await batches.next()).toEqual({ done: false, value: new Set([9]) });
  expect(tracker.flowsOf(9)).toEqual([]);
  await removed;
  await ensureBridge(db, lab, wait);
  await flows().addFlows('lab0', [{ match: 'in_port=3', actions: 'drop' }]);
  await tracker.until(3, (found) => found.length === 1, wait);
  await expectExact();
});

it('follows the bridge through a restart of ovs-vswitchd, which empties its table', async () => {
  await ovs.restartSwitch();
  await tracker.until(3, (found) => found.length === 0, wait);
  await flows().addFlows('lab0', [{ match: 'in_port=3', actions: 'drop' }]);
  await tracker.until(3, (found) => found.length === 1, wait);
});

it('ends a wait with TIMEOUT when the flows do not come and with ABORTED when it is closed', async () => {
  await expect(
    tracker.until(77, ({ length }) => length > 0, { deadline: 20 }),
  ).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
  const other = openFlowTracker('nowhere', { rundir: ovs.rundir });
  const waiting = expect(other.until(1, () => true)).rejects.toMatchObject({ code: 'ABORTED' });
  await other.close();
  await waiting;
});

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
