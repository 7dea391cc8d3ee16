import { type FaucetModel, type FaucetStatus, parseFaucet } from '@dovesnap/faucet-config';
import type { Flow, FlowTracker } from '@dovesnap/ovs';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { parseAclChoice } from '../../../src/domain/acl-choice.ts';
import { recordBlocked } from '../../../src/domain/network-record.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { ruleJudge } from '../../../src/services/flows/rule-judge.ts';
import { ruleWatch } from '../../../src/services/flows/rule-watch.ts';
import { addPort, sampleFlow, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const text = `acls:
  a:
    - rule: {eth_type: 0x800, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
dps:
  lab: {dp_id: 1, interfaces: {1: {native_vlan: 100, acls_in: [a]}}}
`;
const flow = sampleFlow;
const port1 = [
  flow(1, 4096, 'in_port=1', 'goto_table:2'),
  flow(0, 20480, 'ip,in_port=1', 'drop'),
  flow(0, 20479, 'in_port=1', 'goto_table:1'),
];
const output = [
  flow(5, 9001, 'metadata=0x1/0xffffff,dl_vlan=100', 'output:1'),
  flow(4, 20480, 'ip,dl_vlan=100', 'drop'),
  flow(4, 20479, 'dl_vlan=100', 'goto_table:5'),
];
const isFirstRule = ({ priority }: Flow): boolean => priority === 20480;

/** A tracker whose flows are set; whoever waits looks when they are. */
function flowBed(): { tracker: FlowTracker; set: (flows: readonly Flow[]) => Promise<void> } {
  let all: readonly Flow[] = [];
  const waiting = new Set<() => void>();
  const changed = (): Promise<void> => new Promise((resolve) => waiting.add(resolve));
  const of = (inPort: number) => all.filter(({ match }) => match.includes(`in_port=${inPort}`));
  return {
    tracker: {
      bridge: 'b',
      live: true,
      emptied: 0,
      flows: () => all,
      flowsOf: of,
      until: async (inPort, isSo) => {
        while (!isSo(of(inPort))) await changed();
      },
      changes: async function* () {
        for (;;) {
          await changed();
          yield new Set([1]);
        }
      },
      close: async () => undefined,
    },
    set: async (flows) => {
      all = flows;
      for (const wake of [...waiting]) wake();
      waiting.clear();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function bed(vlanOut = '') {
  const clock = fakeClock();
  const status = { loaded: true, reachable: true };
  const vlanOutAcl = parseAclChoice(vlanOut) ?? expect.fail();
  const network = sampleNetwork({ vlanOutAcl });
  addPort(network, 1, { acls: ['a'] });
  const { tracker, set } = flowBed();
  const desk: { latest: FaucetModel } = { latest: parseFaucet(text) };
  const parts = {
    clock,
    log: recordingLog(),
    signal: new AbortController().signal,
    faucet: { status: () => status as FaucetStatus, refresh: async () => undefined },
  } as unknown as Parts;
  const flows = { follow: () => tracker };
  const judge = ruleJudge(parts, desk, flows);
  const watch = ruleWatch(parts, judge, flows);
  let told = 0;
  watch.onChange(() => void told++);
  const lacking = () => [...watch.lacking(network)];
  return {
    network,
    clock,
    status,
    faucet: parts.faucet,
    desk,
    set,
    judge,
    watch,
    lacking,
    told: () => told,
  };
}

test('a rule that the switch lacks for two seconds is found, and gone as soon as it is there', async () => {
  const { network, clock, set, watch, lacking, told } = bed();
  await set(port1);
  watch.look(network);
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(1999);
  expect(lacking()).toEqual([]);
  await clock.advance(1);
  expect(lacking()).toEqual([['a', { isStale: false, where: 'port 1' }]]);
  expect(told()).toBe(1);
  await set(port1);
  expect(lacking()).toEqual([]);
  expect(told()).toBe(2);
});

test('a rule is on its way while flows keep coming, for ten seconds at most', async () => {
  const { network, clock, set, watch, lacking } = bed();
  watch.look(network);
  const some = port1.filter((one) => !isFirstRule(one));
  for (let i = 0; i < 9; i++) {
    await set(some);
    await clock.advance(1000);
    expect(lacking()).toEqual([]);
  }
  await set(some);
  await clock.advance(1000);
  expect(lacking()).toHaveLength(1);
});

test('a rule is on its way while Faucet is too busy to answer, for ten seconds at most', async () => {
  const { network, clock, set, watch, lacking, status } = bed();
  status.reachable = false;
  watch.look(network);
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(4000);
  expect(lacking()).toEqual([]);
  status.reachable = true;
  await clock.advance(2000);
  expect(lacking()).toHaveLength(1);
  await set(port1);
  status.reachable = false;
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(9999);
  expect(lacking()).toEqual([]);
  await clock.advance(1);
  expect(lacking()).toHaveLength(1);
});

test('a rule that comes within two seconds was on its way', async () => {
  const { network, clock, set, watch, lacking, told } = bed();
  watch.look(network);
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(500);
  await set(port1);
  await clock.advance(5000);
  expect(lacking()).toEqual([]);
  expect(told()).toBe(0);
});

test('nothing is found while Faucet has another file, and what was found stays', async () => {
  const { network, clock, status, set, watch, lacking } = bed();
  status.loaded = false;
  watch.look(network);
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(5000);
  expect(lacking()).toEqual([]);
  status.loaded = true;
  watch.look(network);
  await clock.advance(2000);
  expect(lacking()).toHaveLength(1);
  status.loaded = false;
  await set(port1);
  watch.look(network);
  expect(lacking()).toHaveLength(1);
  status.loaded = true;
  watch.look(network);
  expect(lacking()).toEqual([]);
});

test('a port that leaves takes along what was found of it', async () => {
  const { network, clock, set, watch, lacking } = bed();
  watch.look(network);
  await set(port1.filter((one) => !isFirstRule(one)));
  await clock.advance(2000);
  expect(lacking()).toHaveLength(1);
  network.ports.clear();
  watch.look(network);
  expect(lacking()).toEqual([]);
});

test('flows of a network with blocked ports are told of in any case', async () => {
  const { network, set, watch, told } = bed();
  watch.look(network);
  recordBlocked(network.record, [['b', 'why']]);
  await set(port1);
  expect(told()).toBe(1);
});

test('what was on the output of a VLAN before a change is stale, and lacking when it goes', async () => {
  const { network, clock, desk, set, judge, watch, lacking } = bed('a');
  network.ports.clear();
  await set(output);
  watch.look(network);
  desk.latest = parseFaucet(text.replace('0x800', '0x86dd'));
  watch.look(network);
  await clock.advance(2000);
  const where = 'the output of VLAN 100';
  expect(lacking()).toEqual([['a', { isStale: true, where }]]);
  await judge.untilOnOutput(network, network.life.signal);
  await set(output.filter((one) => !isFirstRule(one)));
  expect(lacking()).toEqual([['a', { isStale: false, where }]]);
  let isThere = false;
  const waiting = judge.untilOnOutput(network, network.life.signal).then(() => {
    isThere = true;
  });
  await set(output.filter((one) => !isFirstRule(one)));
  expect(isThere).toBe(false);
  await set(output.map((one) => ({ ...one, match: one.match.replace('ip,', 'ipv6,') })));
  await waiting;
  expect(lacking()).toEqual([]);
});
