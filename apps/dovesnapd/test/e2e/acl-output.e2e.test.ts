import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  allowRules,
  changeFile,
  dropped,
  lackingRules,
  lacks,
  missing,
  noPingRules,
  operatorWith,
  stale,
  unknownRules,
  untilInOrder,
  untilSaid,
  withAcl,
} from './acl-changes.ts';
import {
  addressOf,
  createNetwork,
  fetchUrl,
  inContainer,
  openLab,
  reaches,
  startContainer,
} from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';

let host: Host;
let since: number;

beforeAll(async () => {
  host = await openLab('acl-out', { faucetConfig: operatorWith('out') });
});

afterAll(async () => {
  await host?.close();
});

beforeEach(async () => {
  await setAcl(noPingRules('out'));
  since = host.daemon.logs.entries.length;
});

const setAcl = (lines: string) => changeFile(host, withAcl('out', lines));

describe('vlan_out_acl', () => {
  beforeAll(async () => {
    const options = {
      'ovs.bridge.vlan': '200',
      'ovs.bridge.vlan_out_acl': 'out',
      'ovs.bridge.mode': 'nat',
    };
    await createNetwork(host, 'quiet', options);
    await startContainer(host, 'q1', 'quiet');
    await startContainer(host, 'q2', 'quiet');
    await inContainer(
      host,
      'q2',
      'sh',
      '-c',
      'mkdir /www && hostname > /www/index.html && httpd -h /www',
    );
    await isOpen();
  });

  test('that is removed is said to be missing, and holds as it was', async () => {
    await setAcl('');
    await untilSaid(host, 'quiet', missing('out'), since);
    await expectAsItWas();
    await setAcl(noPingRules('out'));
    await untilInOrder(host, 'quiet', 'out', since);
  });

  test('of which the switch does not take a rule closes the network until it does', async () => {
    await setAcl(lackingRules('out'));
    await untilSaid(host, 'quiet', dropped('out'), since);
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'refused');
    await expectClosed();
    await setAcl(noPingRules('out'));
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'open');
    await untilInOrder(host, 'quiet', 'out', since);
    await isOpen();
  });

  test('that is changed is said to be stale until Faucet is started anew', async () => {
    await setAcl(allowRules('out'));
    await untilSaid(host, 'quiet', stale('out'), since);
    await expectAsItWas();
    await host.faucet.restart();
    await untilInOrder(host, 'quiet', 'out', since);
    expect(await reaches(host, 'q1', await addressOf(host, 'q2', 'quiet'))).toBe(true);
    since = host.daemon.logs.entries.length;
    await setAcl(noPingRules('out'));
    await untilSaid(host, 'quiet', stale('out'), since);
    await host.faucet.restart();
    await untilInOrder(host, 'quiet', 'out', since);
    await isOpen();
  });

  test('of which the switch lacks a rule closes the network until it has it', async () => {
    await setAcl(unknownRules('out'));
    await untilSaid(host, 'quiet', stale('out'), since);
    await host.faucet.restart();
    await untilSaid(host, 'quiet', lacks('out', 'the output of VLAN 200'), since);
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'pending');
    await expectClosed();
    await setAcl(noPingRules('out'));
    await host.faucet.restart();
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'open');
    await untilInOrder(host, 'quiet', 'out', since);
    await isOpen();
  });

  test('that is removed with its use closes the network until it is back', async () => {
    await changeFile(host, (text) => {
      const without = withAcl('out', '')(text).replace(/ *acls_out: \["out"\]\n/, '');
      if (without.includes('["out"]')) throw new Error(text);
      return without;
    });
    await untilSaid(host, 'quiet', missing('out'), since);
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'refused');
    await expectClosed();
    await setAcl(noPingRules('out'));
    for (const name of ['q1', 'q2']) await untilState(host, 'quiet', name, 'open');
    await untilInOrder(host, 'quiet', 'out', since);
    await isOpen();
  });

  const serves = async (): Promise<boolean> => {
    const url = `http://${await addressOf(host, 'q2', 'quiet')}/`;
    return fetchUrl(host, 'q1', url).then(
      () => true,
      () => false,
    );
  };

  async function isOpen(): Promise<void> {
    await until(serves, { what: 'q2 to be reached', interval: 50 });
    await expectAsItWas();
  }

  async function expectAsItWas(): Promise<void> {
    expect(await serves()).toBe(true);
    expect(await reaches(host, 'q1', await addressOf(host, 'q2', 'quiet'))).toBe(false);
  }

  async function expectClosed(): Promise<void> {
    expect(await serves()).toBe(false);
    expect(await reaches(host, 'q1', await addressOf(host, 'q2', 'quiet'))).toBe(false);
    expect((await networkStatus(host, 'quiet'))?.Notes).toContainEqual(
      expect.stringMatching(/^the gateway is closed: /),
    );
  }
});
