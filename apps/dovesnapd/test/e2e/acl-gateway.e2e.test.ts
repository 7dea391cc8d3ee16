import { until } from '@dovesnap/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aclBed } from './acl-bed.ts';
import {
  allowRules,
  changeFile,
  dropped,
  lackingRules,
  lacks,
  missing,
  unknownRules,
  withAcl,
} from './acl-changes.ts';
import { addressOf, createNetwork, gatewayOf, startContainer } from './lab.ts';
import { networkStatus } from './network-status.ts';
import { hostReaches, reaches } from './reaches.ts';

const bed = aclBed('acl-nat', { acl: 'nat', network: 'nat' });

describe('nat_acl', () => {
  let gateway: string;
  let box: string;

  beforeAll(async () => {
    await createNetwork(bed.host, 'nat', { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'nat' });
    await startContainer(bed.host, 'box', 'nat');
    gateway = await gatewayOf(bed.host, 'nat');
    box = await addressOf(bed.host, 'box', 'nat');
  });

  beforeEach(async () => {
    await untilGateway('open');
    bed.mark();
  });

  test('that is removed is said to be missing, and holds as it was', async () => {
    await bed.set('');
    await bed.untilSaid(missing('nat'));
    await expectAsItWas();
    await bed.host.faucet.restart();
    await expectAsItWas();
    await bed.putBack();
    await bed.untilInOrder();
  });

  test('of which the switch does not take a rule closes the gateway until it does', async () => {
    await bed.set(lackingRules('nat'));
    await bed.untilSaid(dropped('nat'));
    await untilGateway('closed');
    await bed.host.ovs.restart();
    await untilGateway('closed');
    await bed.host.daemon.kill();
    await bed.host.daemon.start();
    await untilGateway('closed');
    await bed.putBack();
    await bed.untilInOrder();
    await untilGateway('open');
    await expectAsItWas();
  });

  test('that is changed holds as it is now', async () => {
    await bed.set(allowRules('nat'));
    await until(() => hostReaches(bed.host, box), { what: 'a reply to the host' });
    await bed.putBack();
    await until(async () => !(await hostReaches(bed.host, box)), { what: 'no reply to the host' });
    // While Faucet puts an ACL in force nothing passes.
    await untilGateway('open');
  });

  test('of which the switch lacks a rule closes the gateway until it has it', async () => {
    await bed.set(unknownRules('nat'));
    await bed.untilSaid(lacks('nat', "the gateway's port"));
    await untilGateway('closed');
    await bed.putBack();
    await untilGateway('open');
    await bed.untilInOrder();
    await expectAsItWas();
  });

  test('that is removed with its uses closes the gateway until it is back', async () => {
    await changeFile(bed.host, (text) =>
      withAcl('nat', '')(text).replace('acls_in: ["nat"]', 'acls_in: ["other"]'),
    );
    await bed.untilSaid(missing('nat'));
    await untilGateway('closed');
    await bed.putBack();
    await untilGateway('open');
    await bed.untilInOrder();
    await expectAsItWas();
  });

  test('that the operator weakens closes the gateway until it is put right', async () => {
    await changeFile(bed.host, (text) => text.replace('acls_in: ["nat"]', 'acls_in: ["other"]'));
    const said = (test: RegExp) =>
      bed.host.daemon.waitForLog(
        (line) => line.network === 'nat' && test.test(`${line.msg} ${line.port ?? ''}`),
        { since: bed.since },
      );
    const order = [
      await said(/^somebody changed faucet\.yaml: the gateway's interface has acls_in/),
      await said(/^the port is blocked odsbr/),
      await said(/^the port is open again odsbr/),
    ].map((line) => bed.host.daemon.logs.entries.indexOf(line));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    await untilGateway('open');
  });

  /** The host's stack answers the box, and its own pings do not get into the network. */
  async function expectAsItWas(): Promise<void> {
    expect(await reaches(bed.host, 'box', gateway)).toBe(true);
    expect(await hostReaches(bed.host, box)).toBe(false);
  }

  async function untilGateway(state: 'open' | 'closed'): Promise<void> {
    await until(
      async () => {
        const notes = (await networkStatus(bed.host, 'nat'))?.Notes ?? [];
        const isClosed = notes.some((note) => note.startsWith('the gateway is closed: '));
        if (isClosed !== (state === 'closed')) throw new Error(notes.join('\n'));
        return (await reaches(bed.host, 'box', gateway)) === (state === 'open');
      },
      { what: `a gateway that is ${state}`, interval: 50 },
    );
    expect(await hostReaches(bed.host, box)).toBe(false);
  }
});
