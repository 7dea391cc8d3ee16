import { until } from '@dovesnap/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { aclBed } from './acl-bed.ts';
import {
  allowRules,
  changeFile,
  dropped,
  lackingRules,
  lacks,
  missing,
  stale,
  unknownRules,
  withAcl,
} from './acl-changes.ts';
import { addressOf, createNetwork, fetchUrl, inContainer, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';
import { renewFlows } from './switch-flows.ts';

const bed = aclBed('acl-out', { acl: 'out', network: 'quiet' });

describe('vlan_out_acl', () => {
  beforeAll(async () => {
    const options = {
      'ovs.bridge.vlan': '200',
      'ovs.bridge.vlan_out_acl': 'out',
      'ovs.bridge.mode': 'nat',
    };
    await createNetwork(bed.host, 'quiet', options);
    await startContainer(bed.host, 'q1', 'quiet');
    await startContainer(bed.host, 'q2', 'quiet');
    await inContainer(
      bed.host,
      'q2',
      'sh',
      '-c',
      'mkdir /www && hostname > /www/index.html && httpd -h /www',
    );
    await isOpen();
  });

  test('that is removed is said to be missing, and holds as it was', async () => {
    await bed.set('');
    await bed.untilSaid(missing('out'));
    await expectAsItWas();
    await bed.putBack();
    await bed.untilInOrder();
  });

  test('of which the switch does not take a rule closes the network until it does', async () => {
    await bed.set(lackingRules('out'));
    await bed.untilSaid(dropped('out'));
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'refused');
    await expectClosed();
    await bed.putBack();
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'open');
    await bed.untilInOrder();
    await isOpen();
  });

  test('that is changed is said to be stale until Faucet is restarted', async () => {
    await bed.set(allowRules('out'));
    await bed.untilSaid(stale('out'));
    await expectAsItWas();
    await bed.host.faucet.restart();
    await bed.untilInOrder();
    // Faucet installs the flows of all ports again, and this ACL's may be first.
    const q2 = await addressOf(bed.host, 'q2', 'quiet');
    await until(() => reaches(bed.host, 'q1', q2), { what: 'a reply of q2' });
    bed.mark();
    await bed.putBack();
    await bed.untilSaid(stale('out'));
    await renewFlows(bed.host, 'quiet', () => bed.host.faucet.restart());
    await bed.untilInOrder();
    await isOpen();
  });

  test('of which the switch lacks a rule closes the network until it has it', async () => {
    await bed.set(unknownRules('out'));
    await bed.untilSaid(stale('out'));
    await bed.host.faucet.restart();
    await bed.untilSaid(lacks('out', 'the output of VLAN 200'));
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'pending');
    await expectClosed();
    await bed.putBack();
    await renewFlows(bed.host, 'quiet', () => bed.host.faucet.restart());
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'open');
    await bed.untilInOrder();
    await isOpen();
  });

  test('that is removed with its use closes the network until it is back', async () => {
    await changeFile(bed.host, (text) => {
      const without = withAcl('out', '')(text).replace(/ *acls_out: \["out"\]\n/, '');
      if (without.includes('["out"]')) throw new Error(text);
      return without;
    });
    await bed.untilSaid(missing('out'));
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'refused');
    await expectClosed();
    await bed.putBack();
    for (const name of ['q1', 'q2']) await untilState(bed.host, 'quiet', name, 'open');
    await bed.untilInOrder();
    await isOpen();
  });

  const serves = async (): Promise<boolean> => {
    const url = `http://${await addressOf(bed.host, 'q2', 'quiet')}/`;
    return fetchUrl(bed.host, 'q1', url).then(
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
    expect(await reaches(bed.host, 'q1', await addressOf(bed.host, 'q2', 'quiet'))).toBe(false);
  }

  async function expectClosed(): Promise<void> {
    expect(await serves()).toBe(false);
    expect(await reaches(bed.host, 'q1', await addressOf(bed.host, 'q2', 'quiet'))).toBe(false);
    const isSaid = async (): Promise<boolean | undefined> =>
      (await networkStatus(bed.host, 'quiet'))?.Notes.some((note) =>
        note.startsWith('the gateway is closed: '),
      );
    await until(isSaid, { what: 'the note on the gateway' });
  }
});
