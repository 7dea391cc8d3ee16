import type { Flow } from '@dovesnap/ovs';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import { decidingFlows } from '../../../src/plan/flows/deciding-flows.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { lostFlows } from '../../../src/services/upkeep/lost-flows.ts';
import { addPort, type GivenPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';
import { turnsInOrder } from '../turns-in-order.ts';

const flow = (table: number, priority: number, actions: string, match: string): Flow => ({
  ...{ table, priority, actions, match },
  cookie: 0n,
});
const limit = flow(0, 20480, 'meter:1,goto_table:1', 'in_port=1,udp');
const rest = flow(0, 20479, 'goto_table:1', 'in_port=1');
const member = flow(1, 4096, 'goto_table:2', 'in_port=1');
const policy = [limit, rest, member];

/** A port under an ACL of two rules, in a switch whose flows can be changed. */
function bed(given: GivenPort = { endpoint: sampleEndpoint() }) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { acls: ['narrow'], ...given });
  const clock = fakeClock();
  const log = recordingLog();
  const done: string[] = [];
  const world = {
    flows: policy as readonly Flow[],
    emptied: 0,
    status: { reachable: true, loaded: true },
  };
  let tell = (_bridge: string, _ports: ReadonlySet<number>): void => undefined;
  const flows: Flows = {
    emptied: () => world.emptied,
    deciding: () => decidingFlows(world.flows),
    carries: (_network, port) => flows.fits(network, port, world.flows),
    fits: (_network, { acls }, found) =>
      acls[0] === 'narrow' && JSON.stringify(found.map(text)) === JSON.stringify(policy.map(text)),
    onChange: (listener: typeof tell) => {
      tell = listener;
    },
  } as Partial<Flows> as Flows;
  const parts = {
    ...{ clock, log, turns: turnsInOrder(), signal: new AbortController().signal },
    faucet: { status: () => world.status, refresh: async () => undefined },
  } as unknown as Parts;
  const service = lostFlows(parts, {
    registry: { all: () => [network] },
    flows,
    attachments: {
      suspend: async (_network, port, reason) => {
        done.push(`close: ${reason}`);
        Object.assign(port, { phase: 'pending' });
      },
      resume: () => void done.push('resume'),
    },
    pool: { tend: () => void done.push('tend') },
    count: (name, ports) => void done.push(`count ${name} ${ports}`),
  });
  const change = (...now: readonly Flow[]): void => {
    world.flows = now;
    tell(network.spec.bridge, new Set([1]));
  };
  change(...policy);
  return { network, port, clock, log, done, world, service, change };
}

const text = ({ cookie: _cookie, ...more }: Flow): object => more;
const putRight = [
  'count lab 1',
  'close: the switch has lost flows of its ACLs',
  'resume',
  'tend',
] as const;

test('a port that keeps the rule behind the lost one is closed at once and restarted', async () => {
  const { change, clock, done, port, log, network } = bed();
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(putRight);
  expect(port).toMatchObject({ flows: 'lost' });
  const sentence = 'the switch has lost flows of ACL narrow on port 1: it is closed and restarted';
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: sentence }));
  expect(network.notes.get('lost flows')?.sentence).toMatch(
    /lost flows of ACL narrow on port 1 of web$/,
  );
});

test('a port through which nothing passes is given a little longer', async () => {
  const { change, clock, done } = bed();
  change(member);
  await clock.advance(299);
  expect(done).toEqual([]);
  await clock.advance(1);
  expect(done).toEqual(putRight);
});

test('flows that come back in time were not lost', async () => {
  const { change, clock, done } = bed();
  change(rest, member);
  await clock.advance(19);
  change(...policy);
  await clock.advance(10_000);
  expect(done).toEqual([]);
});

test.each<[string, (after: ReturnType<typeof bed>) => void]>([
  ['and is seen to', ({ change }) => change()],
  [
    'and gives some back in the same moment',
    ({ world }) => void Object.assign(world, { emptied: 1 }),
  ],
])(
  'nor are those that Faucet takes away with all others when it resyncs the bridge, %s',
  async (_, resync) => {
    const after = bed();
    const { change, clock, done } = after;
    resync(after);
    change(rest, member);
    await clock.advance(4999);
    expect(done).toEqual([]);
    change(...policy);
    await clock.advance(10_000);
    expect(done).toEqual([]);
    change(rest, member);
    await clock.advance(20);
    expect(done).toEqual(putRight);
  },
);

test('other flows than the policy asks for are put right once Faucet has the file', async () => {
  const { change, clock, done, world, service, network } = bed();
  world.status = { reachable: true, loaded: false };
  change(flow(0, 20480, 'goto_table:1', 'in_port=1'), member);
  await clock.advance(10_000);
  expect(done).toEqual([]);
  world.status = { reachable: true, loaded: true };
  service.look(network);
  await clock.advance(5000);
  expect(done).toEqual(putRight);
});

test('what a port had when it opened is known from before', async () => {
  const { change, clock, done, port } = bed({ phase: 'pending', endpoint: sampleEndpoint() });
  Object.assign(port, { phase: 'open' });
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(putRight);
});

test('an ACL that has changed gives Faucet time to exchange its flows', async () => {
  const { change, clock, done, port } = bed();
  Object.assign(port, { acls: ['changed'] });
  change(rest, member);
  await clock.advance(4999);
  expect(done).toEqual([]);
  await clock.advance(1);
  expect(done).toEqual(putRight);
});

test('a free port is restarted', async () => {
  const { change, clock, done, port, network } = bed({});
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(['count lab 1', 'resume', 'tend']);
  expect(port).toMatchObject({ flows: 'lost' });
  expect(network.notes.get('lost flows')?.sentence).toMatch(/flows of 1 free ports$/);
});

test.each([
  ['is about to be opened', { phase: 'claimed', endpoint: sampleEndpoint() }],
  ['is pending', { phase: 'pending', endpoint: sampleEndpoint() }],
  ['is warming', { flows: 'awaited' }],
  ['is being restarted already', { endpoint: sampleEndpoint(), flows: 'lost' }],
] as const)('a port that %s is left to those who see to it', async (_what, given) => {
  const { change, clock, done } = bed(given);
  change(rest, member);
  await clock.advance(10_000);
  expect(done).toEqual([]);
});
