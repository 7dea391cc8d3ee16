import { until } from '@dovesnap/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aclBed } from './acl-bed.ts';
import { dropped, lackingRules, lacks, missing, unknownRules } from './acl-changes.ts';
import { addressOf, createNetwork, gatewayOf, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { hostReaches, reaches } from './reaches.ts';

const bed = aclBed('acl-kept', { acl: 'kept', network: 'apart' });

let gateway: string;
let kept: string;

beforeAll(async () => {
  const apart = { 'ovs.bridge.mode': 'nat', 'com.docker.network.bridge.enable_icc': 'false' };
  await createNetwork(bed.host, 'apart', apart);
  await startContainer(bed.host, 'kept', 'apart', ['--label', 'dovesnap.faucet.portacl=kept']);
  gateway = await gatewayOf(bed.host, 'apart');
  kept = await addressOf(bed.host, 'kept', 'apart');
});

beforeEach(async () => {
  await isOpen();
  bed.mark();
});

describe('the ACL of a container that is kept apart', () => {
  test('is said to be missing under its own name, and holds as it was', async () => {
    await bed.set('');
    await bed.untilSaid(missing('kept'));
    await bed.host.faucet.restart();
    await isOpen();
    await bed.putBack();
    await bed.untilInOrder();
    await isOpen();
  });

  test.each([
    ['does not take a rule', lackingRules, dropped('kept'), 'refused'],
    ['lacks a rule', unknownRules, lacks('kept', 'port \\d+'), 'pending'],
  ])('of which the switch %s closes the port until it does', async (_, rules, said, state) => {
    await bed.set(rules('kept'));
    await bed.untilSaid(said);
    await untilState(bed.host, 'apart', 'kept', state);
    expect(await hostReachesIt()).toBe(false);
    await bed.putBack();
    await untilState(bed.host, 'apart', 'kept', 'open');
    await bed.untilInOrder();
    await isOpen();
  });
});

/** The container answers the bed.host, and its own pings go nowhere. */
async function isOpen(): Promise<void> {
  await until(hostReachesIt, { what: 'a reply of the container', interval: 50 });
  expect(await reaches(bed.host, 'kept', gateway)).toBe(false);
}

const hostReachesIt = () => hostReaches(bed.host, kept);
