import type { Flow } from '@dovesnap/ovs';
import { fakeClock } from '@dovesnap/testkit';
import { expect, test } from 'vitest';
import type { Port } from '../../../src/domain/attached-network.ts';
import { decidingFlows } from '../../../src/plan/flows/lost-flows.ts';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { lostFlows } from '../../../src/services/flows/lost-flows.ts';
import type { Parts } from '../../../src/services/parts.ts';
import { serial } from '../../../src/services/serial.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

const flow = (table: number, priority: number, actions: string, match: string): Flow => ({
  ...{ table, priority, actions, match },
  cookie: 0n,
});
const limit = flow(0, 20480, 'meter:1,goto_table:1', 'in_port=1,udp');
const rest = flow(0, 20479, 'goto_table:1', 'in_port=1');
const member = flow(1, 4096, 'goto_table:2', 'in_port=1');
const policy = [limit, rest, member];

/** A port under an ACL of two rules, in a switch whose flows can be changed. */
function bed(given: Partial<Port> = { endpoint: sampleEndpoint() }) {
  const network = sampleNetwork();
  const port = addPort(network, 1, { acls: ['narrow'], ...given });
  const clock = fakeClock();
  const log = recordingLog();
  const done: string[] = [];
  const world = { flows: policy as readonly Flow[], status: { reachable: true, loaded: true } };
  let tell = (_bridge: string, _ports: ReadonlySet<number>): void => undefined;
  const flows: Flows = {
    deciding: () => decidingFlows(world.flows),
    carries: (_network, port) => flows.fits(network, port, world.flows),
    fits: (_network, { acls }, found) =>
      acls[0] === 'narrow' && JSON.stringify(found.map(text)) === JSON.stringify(policy.map(text)),
    onChange: (listener: typeof tell) => {
      tell = listener;
    },
  } as Partial<Flows> as Flows;
  const parts = {
    ...{ clock, log, serial: serial(), signal: new AbortController().signal },
    faucet: { status: () => world.status, refresh: async () => undefined },
  } as unknown as Parts;
  const service = lostFlows(parts, {
    registry: { all: () => [network] },
    flows,
    attachments: {
      suspend: async (_network, { endpoint }, reason) => {
        done.push(`close: ${reason}`);
        if (endpoint !== undefined) endpoint.phase = 'pending';
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

test('a port that keeps the rule behind the lost one is closed at once and made anew', async () => {
  const { change, clock, done, port, log, network } = bed();
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(putRight);
  expect(port).toMatchObject({ phase: 'warming', lost: true });
  const sentence = 'the switch has lost flows of ACL narrow on port 1: it is closed and made anew';
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', message: sentence }));
  expect(network.notes.get('lost flows')).toMatch(/lost flows of ACL narrow on port 1 of web$/);
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

test('nor are those that Faucet takes away with all others when it meets the switch anew', async () => {
  const { change, clock, done } = bed();
  change();
  change(rest, member);
  await clock.advance(4999);
  expect(done).toEqual([]);
  change(...policy);
  await clock.advance(10_000);
  expect(done).toEqual([]);
});

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
  const { change, clock, done, port } = bed({ endpoint: sampleEndpoint({ phase: 'pending' }) });
  if (port.endpoint !== undefined) port.endpoint.phase = 'open';
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(putRight);
});

test('an ACL that has changed gives Faucet time to exchange its flows', async () => {
  const { change, clock, done, port } = bed();
  port.acls = ['changed'];
  change(rest, member);
  await clock.advance(4999);
  expect(done).toEqual([]);
  await clock.advance(1);
  expect(done).toEqual(putRight);
});

test('a free port is made anew', async () => {
  const { change, clock, done, port, network } = bed({});
  change(rest, member);
  await clock.advance(20);
  expect(done).toEqual(['count lab 1', 'resume', 'tend']);
  expect(port).toMatchObject({ phase: 'warming', lost: true });
  expect(network.notes.get('lost flows')).toMatch(/flows of 1 free ports$/);
});

test.each([
  ['is about to be opened', { endpoint: sampleEndpoint({ phase: 'created' }) }],
  ['is pending', { endpoint: sampleEndpoint({ phase: 'pending' }) }],
  ['is warming', { phase: 'warming' }],
  ['is being made anew already', { endpoint: sampleEndpoint(), lost: true }],
] as const)('a port that %s is left to those who see to it', async (_what, given) => {
  const { change, clock, done } = bed(given);
  change(rest, member);
  await clock.advance(10_000);
  expect(done).toEqual([]);
});
