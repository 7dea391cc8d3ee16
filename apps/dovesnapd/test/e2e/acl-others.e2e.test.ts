import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  changeFile,
  dropped,
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
import { addressOf, createNetwork, openLab, reaches, startContainer } from './lab.ts';
import { externalPorts, peerReaches } from './other-ports.ts';

let host: Host;
let since: number;

beforeAll(async () => {
  host = await openLab('acl-tap', { faucetConfig: operatorWith('tap') });
});

afterAll(async () => {
  await host?.close();
});

beforeEach(async () => {
  await setAcl(noPingRules('tap'));
  since = host.daemon.logs.entries.length;
});

const setAcl = (lines: string) => changeFile(host, withAcl('tap', lines));

describe('the ACL of a port that somebody added', () => {
  let guest: Peer;
  let inside: string;

  beforeAll(async () => {
    const id = await createNetwork(host, 'lab', {}, ['--subnet=10.70.0.0/24']);
    await startContainer(host, 'inside', 'lab');
    inside = await addressOf(host, 'inside', 'lab');
    guest = await addPeer(host, { name: 'guest', address: '10.70.0.200/24' });
    const row = ['set', 'interface', 'to-guest', 'external_ids:dovesnap.faucet.portacl=tap'];
    await host.ovs.vsctl('add-port', `odsbr${id.slice(0, 10)}`, 'to-guest', '--', ...row);
  });

  beforeEach(async () => {
    await untilPort('open');
  });

  test('that is removed is said to be missing, and what is under it is closed', async () => {
    await setAcl('');
    await untilSaid(host, 'lab', missing('tap'), since);
    await untilPort('closed');
    await setAcl(noPingRules('tap'));
    await untilPort('open');
  });

  test('of which the switch does not take a rule closes the port until it does', async () => {
    await setAcl(lackingRules('tap'));
    await untilSaid(host, 'lab', dropped('tap'), since);
    await untilPort('closed');
    await setAcl(noPingRules('tap'));
    await untilPort('open');
    await untilInOrder(host, 'lab', 'tap', since);
  });

  test('of which the switch lacks a rule closes the port until it has it', async () => {
    await setAcl(unknownRules('tap'));
    await untilSaid(host, 'lab', lacks('tap', 'port \\d+'), since);
    await untilPort('closed');
    await setAcl(noPingRules('tap'));
    await untilPort('open');
    await untilInOrder(host, 'lab', 'tap', since);
  });

  async function untilPort(state: 'open' | 'closed'): Promise<void> {
    await until(
      async () => {
        const port = (await externalPorts(host, 'lab'))['to-guest'];
        if (port?.State !== state) throw new Error(`${port?.State}: ${port?.Reason}`);
        return (await reaches(host, 'inside', guest.address)) === (state === 'open');
      },
      { what: `a port of others that is ${state}`, interval: 50 },
    );
    expect(await peerReaches(guest, inside)).toBe(false);
  }
});
