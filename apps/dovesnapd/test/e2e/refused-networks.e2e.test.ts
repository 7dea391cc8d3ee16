import { setTimeout as pause } from 'node:timers/promises';
import { type Host, sampleValue, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { statusEndpoints } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';
import { untilFailing, untilReady } from './readiness.ts';

/** How long it is looked on while Faucet refuses our networks, milliseconds. */
const lookMs = 10_000;
/** Why a second datapath beside a router with BGP is refused, before it is written or by Faucet (1.10.12 checks the router once for each). */
const why = /router with bgp beside one datapath|server_addresses value/;

const operator = `acls:
  deny-all: [{rule: {actions: {allow: 0}}}]
vlans:
  office: {vid: 100}
dps:
  elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {1: {native_vlan: office}}}
`;

/** The operator's file with a router that forbids every network of ours: the file is fine, our part in it is not. */
const withRouter = `${operator}routers:
  edge:
    bgp:
      vlan: office
      as: 65000
      port: 9179
      routerid: 10.99.0.254
      server_addresses: [127.0.0.1]
      neighbor_addresses: [127.0.0.2]
      neighbor_as: 65001
`;

let host: Host;

beforeAll(async () => {
  // What is said at once is said long before this is over, also on a busy machine.
  const daemon = { args: ['--attach_timeout', '30'] };
  host = await openLab('refused', { faucetConfig: operator, daemon });
  await Promise.all(['one', 'two'].map((name) => createNetwork(host, name)));
  await Promise.all(['one', 'two'].map((name) => startContainer(host, `on-${name}`, name)));
});

afterAll(async () => {
  await host?.close();
});

describe('two networks that Faucet refuses because of what else is in faucet.yaml', () => {
  let since: number;
  let reloads: number;
  let texts: readonly string[];

  beforeAll(async () => {
    since = host.daemon.logs.entries.length;
    const before = await reloadRequests();
    await host.faucet.writeConfig(withRouter);
    await until(async () => (await untilFailing(host, /datapath/)).length === 2, {
      what: 'both networks among what fails',
    });
    texts = await textsWhile(pause(lookMs));
    reloads = (await reloadRequests()) - before;
  });

  test('are tried a few times, with pauses that grow', () => {
    expect(reloads).toBeGreaterThan(0);
    // Each try is a write and its taking back, and Faucet may look at either twice.
    expect(reloads).toBeLessThan(40);
    expect(texts.length).toBeLessThan(20);
    expect(texts).toContain(withRouter);
  });

  test('are said to be refused once each, with the reason of Faucet', async () => {
    const said = warnings(since).filter(({ msg }) => /^could not .*faucet.yaml/.test(`${msg}`));
    expect(said.map(({ network }) => network).toSorted()).toEqual(['one', 'two']);
    for (const name of ['one', 'two']) {
      expect((await networkStatus(host, name))?.Notes.join()).toMatch(why);
      expect(await untilState(host, name, `on-${name}`, 'pending')).toMatchObject({
        Reason: expect.stringMatching(why),
      });
    }
  });

  test('are not blamed on their ACL', async () => {
    expect(warnings(since).filter(({ msg }) => /Faucet refuses ACL/.test(`${msg}`))).toEqual([]);
    expect((await networkStatus(host, 'one'))?.AclProblems).toEqual({});
  });

  test('make /readyz say so', async () => {
    const failing = await untilFailing(host, /datapath/);
    expect(failing.map(({ network }) => network).toSorted()).toEqual(['one', 'two']);
    expect(failing[0]?.reason).toMatch(why);
  });

  test('keep a container from starting at once, with the reason, and nothing of it is left', async () => {
    const started = performance.now();
    expect(await complaintOf(startContainer(host, 'new', 'one'))).toMatch(why);
    expect(performance.now() - started).toBeLessThan(15_000);
    const left = (await statusEndpoints(host, 'one')).map(({ container }) => container);
    expect(left).toEqual(['on-one']);
    await host.docker('rm', 'new');
  });

  test('leave the file of the operator alone in between', async () => {
    const now = host.daemon.logs.entries.length;
    await until(async () => (await host.faucet.readConfig()) === withRouter, {
      what: "the operator's own file",
    });
    expect(warnings(now)).toEqual([]);
  });

  test('come back when somebody else makes room for them', async () => {
    await host.faucet.writeConfig(operator);
    for (const name of ['one', 'two']) await untilState(host, name, `on-${name}`, 'open');
    await untilReady(host);
    await startContainer(host, 'new', 'one');
    const address = await addressOf(host, 'on-one', 'one');
    await until(() => reaches(host, 'new', address), { what: 'a reply to the new container' });
    const notes = (await networkStatus(host, 'one'))?.Notes ?? [];
    expect(notes.join()).not.toMatch(why);
  });
});

function warnings(from: number) {
  return host.daemon.logs.entries
    .slice(from)
    .filter(({ level }) => level === 'warn' || level === 'error');
}

async function reloadRequests(): Promise<number> {
  const name = 'faucet_config_reload_requests_total';
  return sampleValue(await host.faucet.metrics(name), name, {}) ?? 0;
}

/** The texts that faucet.yaml has until the promise resolves, as often as it changes. */
async function textsWhile(done: Promise<void>): Promise<readonly string[]> {
  const seen: string[] = [];
  let isOver = false;
  const over = done.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const text = await host.faucet.readConfig();
    if (text !== seen.at(-1)) seen.push(text);
    await Promise.race([over, pause(5)]);
  }
  return seen;
}
