import { addPeer, type Peer, until } from '@dovesnap/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aclBed } from './acl-bed.ts';
import { dropped, lackingRules, lacks, missing, unknownRules } from './acl-changes.ts';
import { addressOf, createNetwork, startContainer } from './lab.ts';
import { externalPorts } from './other-ports.ts';
import { peerReaches, reaches } from './reaches.ts';

const bed = aclBed('acl-tap', { acl: 'tap', network: 'lab' });

describe('the ACL of a port that somebody added', () => {
  let guest: Peer;
  let inside: string;

  beforeAll(async () => {
    const id = await createNetwork(bed.host, 'lab', {}, ['--subnet=10.70.0.0/24']);
    await startContainer(bed.host, 'inside', 'lab');
    inside = await addressOf(bed.host, 'inside', 'lab');
    guest = await addPeer(bed.host, { name: 'guest', address: '10.70.0.200/24' });
    const row = ['set', 'interface', 'to-guest', 'external_ids:dovesnap.faucet.portacl=tap'];
    await bed.host.ovs.vsctl('add-port', `odsbr${id.slice(0, 10)}`, 'to-guest', '--', ...row);
  });

  beforeEach(async () => {
    await untilPort('open');
    bed.mark();
  });

  test('that is removed is said to be missing, and ports under it are closed', async () => {
    await bed.set('');
    await bed.untilSaid(missing('tap'));
    await untilPort('closed');
    await bed.putBack();
    await untilPort('open');
    await bed.untilInOrder();
  });

  test('of which the switch does not take a rule closes the port until it does', async () => {
    await bed.set(lackingRules('tap'));
    await bed.untilSaid(dropped('tap'));
    await untilPort('closed');
    await bed.putBack();
    await untilPort('open');
    await bed.untilInOrder();
  });

  test('of which the switch lacks a rule closes the port until it has it', async () => {
    await bed.set(unknownRules('tap'));
    await bed.untilSaid(lacks('tap', 'port \\d+'));
    await untilPort('closed');
    await bed.putBack();
    await untilPort('open');
    await bed.untilInOrder();
  });

  async function untilPort(state: 'open' | 'closed'): Promise<void> {
    await until(
      async () => {
        const port = (await externalPorts(bed.host, 'lab'))['to-guest'];
        if (port?.State !== state) throw new Error(`${port?.State}: ${port?.Reason}`);
        return (await reaches(bed.host, 'inside', guest.address)) === (state === 'open');
      },
      { what: `a port of others that is ${state}`, interval: 50 },
    );
    expect(await peerReaches(guest, inside)).toBe(false);
  }
});
