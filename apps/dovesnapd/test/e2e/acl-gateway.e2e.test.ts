import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  allowRules,
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
import { networkStatus } from './network-status.ts';

let host: Host;
let since: number;

beforeAll(async () => {
  host = await openLab('acl-nat', { faucetConfig: operatorWith('nat') });
});

afterAll(async () => {
  await host?.close();
});

beforeEach(async () => {
  await setAcl(noPingRules('nat'));
  since = host.daemon.logs.entries.length;
});

const setAcl = (lines: string) => changeFile(host, withAcl('nat', lines));

describe('nat_acl', () => {
  let gateway: string;
  let box: string;

  beforeAll(async () => {
    await createNetwork(host, 'nat', { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'nat' });
    await startContainer(host, 'box', 'nat');
    gateway = await gatewayOf(host, 'nat');
    box = await addressOf(host, 'box', 'nat');
  });

  beforeEach(async () => {
    await untilGateway('open');
  });

  test('that is removed is said to be missing, and holds as it was', async () => {
    await setAcl('');
    await untilSaid(host, 'nat', missing('nat'), since);
    await expectAsItWas();
    await host.faucet.restart();
    await expectAsItWas();
    await setAcl(noPingRules('nat'));
    await untilInOrder(host, 'nat', 'nat', since);
  });

  test('of which the switch does not take a rule closes the gateway until it does', async () => {
    await setAcl(lackingRules('nat'));
    await untilSaid(host, 'nat', dropped('nat'), since);
    await untilGateway('closed');
    await host.ovs.restart();
    await untilGateway('closed');
    await host.daemon.kill();
    await host.daemon.start();
    await untilGateway('closed');
    await setAcl(noPingRules('nat'));
    await untilInOrder(host, 'nat', 'nat', since);
    await untilGateway('open');
    await expectAsItWas();
  });

  test('that is changed holds as it is now', async () => {
    await setAcl(allowRules('nat'));
    await until(() => hostReaches(host, box), { what: 'a reply to the host' });
    await setAcl(noPingRules('nat'));
    await until(async () => !(await hostReaches(host, box)), { what: 'no reply to the host' });
    await expectAsItWas();
  });

  test('of which the switch lacks a rule closes the gateway until it has it', async () => {
    await setAcl(unknownRules('nat'));
    await untilSaid(host, 'nat', lacks('nat', "the gateway's port"), since);
    await untilGateway('closed');
    await setAcl(noPingRules('nat'));
    await untilGateway('open');
    await untilInOrder(host, 'nat', 'nat', since);
    await expectAsItWas();
  });

  test('that is removed with its uses closes the gateway until it is back', async () => {
    await changeFile(host, (text) =>
      withAcl('nat', '')(text).replace('acls_in: ["nat"]', 'acls_in: ["other"]'),
    );
    await untilSaid(host, 'nat', missing('nat'), since);
    await untilGateway('closed');
    await setAcl(noPingRules('nat'));
    await untilGateway('open');
    await untilInOrder(host, 'nat', 'nat', since);
    await expectAsItWas();
  });

  test('that the operator weakens closes the gateway until it is put right', async () => {
    await changeFile(host, (text) => text.replace('acls_in: ["nat"]', 'acls_in: ["other"]'));
    const said = (test: RegExp) =>
      host.daemon.waitForLog(
        (line) => line.network === 'nat' && test.test(`${line.msg} ${line.port ?? ''}`),
        { since },
      );
    const order = [
      await said(/^somebody changed faucet\.yaml: the gateway's interface has acls_in/),
      await said(/^the port is blocked odsbr/),
      await said(/^the port is open again odsbr/),
    ].map((line) => host.daemon.logs.entries.indexOf(line));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    await expectAsItWas();
  });

  /** The host's stack answers the box, and its own pings do not get into the network. */
  async function expectAsItWas(): Promise<void> {
    expect(await reaches(host, 'box', gateway)).toBe(true);
    expect(await hostReaches(host, box)).toBe(false);
  }

  async function untilGateway(state: 'open' | 'closed'): Promise<void> {
    await until(
      async () => {
        const notes = (await networkStatus(host, 'nat'))?.Notes ?? [];
        const isClosed = notes.some((note) => note.startsWith('the gateway is closed: '));
        if (isClosed !== (state === 'closed')) throw new Error(notes.join('\n'));
        return (await reaches(host, 'box', gateway)) === (state === 'open');
      },
      { what: `a gateway that is ${state}`, interval: 50 },
    );
    expect(await hostReaches(host, box)).toBe(false);
  }
});
