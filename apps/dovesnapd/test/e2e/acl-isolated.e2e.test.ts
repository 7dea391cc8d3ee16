import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  changeFile,
  dropped,
  hostReaches,
  lackingRules,
  lacks,
  missing,
  noPingRules,
  operatorWith,
  unknownRules,
  untilInOrder,
  untilSaid,
  withAcl,
} from './acl-changes.ts';
import { addressOf, createNetwork, gatewayOf, openLab, reaches, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';

let host: Host;
let gateway: string;
let kept: string;
let since: number;

beforeAll(async () => {
  host = await openLab('acl-kept', { faucetConfig: operatorWith('kept') });
  const apart = { 'ovs.bridge.mode': 'nat', 'com.docker.network.bridge.enable_icc': 'false' };
  await createNetwork(host, 'apart', apart);
  await startContainer(host, 'kept', 'apart', ['--label', 'dovesnap.faucet.portacl=kept']);
  gateway = await gatewayOf(host, 'apart');
  kept = await addressOf(host, 'kept', 'apart');
});

afterAll(async () => {
  await host?.close();
});

beforeEach(async () => {
  await setAcl(noPingRules('kept'));
  await isOpen();
  since = host.daemon.logs.entries.length;
});

describe('the ACL of a container that is kept apart', () => {
  test('is said to be missing under its own name, and holds as it was', async () => {
    await setAcl('');
    await untilSaid(host, 'apart', missing('kept'), since);
    await host.faucet.restart();
    await isOpen();
    await setAcl(noPingRules('kept'));
    await untilInOrder(host, 'apart', 'kept', since);
    await isOpen();
  });

  test.each([
    ['does not take a rule', lackingRules, dropped('kept'), 'refused'],
    ['lacks a rule', unknownRules, lacks('kept', 'port \\d+'), 'pending'],
  ])('of which the switch %s closes the port until it does', async (_, rules, said, state) => {
    await setAcl(rules('kept'));
    await untilSaid(host, 'apart', said, since);
    await untilState(host, 'apart', 'kept', state);
    expect(await hostReachesIt()).toBe(false);
    await setAcl(noPingRules('kept'));
    await untilState(host, 'apart', 'kept', 'open');
    await untilInOrder(host, 'apart', 'kept', since);
    await isOpen();
  });
});

const setAcl = (lines: string) => changeFile(host, withAcl('kept', lines));

/** The container answers the host, and its own pings go nowhere. */
async function isOpen(): Promise<void> {
  await until(hostReachesIt, { what: 'a reply of the container', interval: 50 });
  expect(await reaches(host, 'kept', gateway)).toBe(false);
}

const hostReachesIt = () => hostReaches(host, kept);
