import { parseFaucet } from '@dovesnap/faucet-config';
import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusEndpoints, untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilNothingNoted, untilState } from './network-status.ts';
import { externalPorts } from './other-ports.ts';
import { peerReaches, reaches } from './reaches.ts';

let host: Host;
let bridge: string;
let peer: Peer;

beforeAll(async () => {
  host = await openLab('numbers');
  bridge = `odsbr${(await createNetwork(host, 'lab', {}, ['--subnet=10.70.0.0/24'])).slice(0, 10)}`;
  for (const name of ['aa', 'bb']) await startContainer(host, name, 'lab');
  await untilPortsRest(host, 'lab');
  peer = await addPeer(host, { name: 'guest', address: '10.70.0.200/24' });
});

afterAll(async () => {
  await host?.close();
});

/** Puts `to-guest` on the bridge under the number of a port of ours, which is to have another, while no daemon runs. */
async function takeNumber(hostLink: string, ofPort: number): Promise<void> {
  const added = ['add-port', bridge, 'to-guest', '--', 'set', 'interface', 'to-guest'];
  const asked = `ofport_request=${ofPort}`;
  await host.daemon.stop();
  const moved = ['set', 'interface', hostLink, 'ofport_request=900'];
  await host.ovs.vsctl(...moved, '--', ...added, asked);
  await host.daemon.start();
}

async function untilGuest(state: string): Promise<void> {
  const seen = async () => (await externalPorts(host, 'lab'))['to-guest']?.State;
  await until(async () => (await seen()) === state, { what: `the port to be ${state}` });
}

async function portOf(container: string) {
  const found = (await statusEndpoints(host, 'lab')).find((item) => item.container === container);
  if (found === undefined) throw new Error(`/networks does not show ${container}`);
  return found;
}

describe('a port of somebody else that asks for a number of ours', () => {
  test('gets another while ours is there', async () => {
    const { ofPort } = await portOf('aa');
    const row = ['to-guest', '--', 'set', 'interface', 'to-guest', `ofport_request=${ofPort}`];
    await host.ovs.vsctl('add-port', bridge, ...row);
    await until(() => reaches(host, 'aa', peer.address), { what: 'the guest' });
    const guest = await until(async () => (await externalPorts(host, 'lab'))['to-guest'], {
      what: 'the guest in /networks',
    });
    expect(guest.OFPort).not.toBe(ofPort);
    expect(await reaches(host, 'bb', await addressOf(host, 'aa', 'lab'))).toBe(true);
    await host.ovs.vsctl('del-port', bridge, 'to-guest');
  });

  describe('and got it', () => {
    test('is not in the network, and the container’s port is closed and says why', async () => {
      const { hostLink, ofPort } = await portOf('aa');
      await takeNumber(hostLink, ofPort);
      const { Reason } = await untilState(host, 'lab', 'aa', 'refused');
      const sentence = `port to-guest of the bridge has OpenFlow number ${ofPort}`;
      expect(Reason).toContain(sentence);
      expect((await networkStatus(host, 'lab'))?.Notes.join()).toContain(sentence);
      await untilGuest('closed');
      await until(async () => !(await interfaces()).includes(ofPort), { what: 'faucet.yaml' });
      expect(await peerReaches(peer, await addressOf(host, 'bb', 'lab'))).toBe(false);
      expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(false);
    });

    test('is not in the network after a restart of the daemon either', async () => {
      const { ofPort } = await portOf('aa');
      await host.daemon.kill();
      await host.daemon.start();
      await untilState(host, 'lab', 'aa', 'refused');
      await startContainer(host, 'cc', 'lab');
      expect(await reaches(host, 'cc', await addressOf(host, 'bb', 'lab'))).toBe(true);
      expect(await peerReaches(peer, await addressOf(host, 'bb', 'lab'))).toBe(false);
      expect((await portOf('aa')).ofPort).toBe(ofPort);
      await host.docker('rm', '--force', 'cc');
    });

    test('gives it back when it goes: the container’s port opens again', async () => {
      await host.ovs.vsctl('del-port', bridge, 'to-guest');
      await untilState(host, 'lab', 'aa', 'open');
      expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(true);
      await untilNothingNoted(host, 'lab');
    });
  });

  test('and got that of a free port is in the network, and the free port moves away', async () => {
    const { links } = await untilPortsRest(host, 'lab');
    const taken = (await statusEndpoints(host, 'lab')).map((item) => item.hostLink);
    const free = links.find((name) => !taken.includes(name)) ?? '';
    const ofPort = Number(await host.ovs.vsctl('get', 'interface', free, 'ofport'));
    await takeNumber(free, ofPort);
    await until(() => reaches(host, 'aa', peer.address), { what: 'the guest' });
    await untilGuest('open');
    expect((await externalPorts(host, 'lab'))['to-guest']).toMatchObject({ OFPort: ofPort });
    await until(async () => !(await host.ovs.vsctl('list-ports', bridge)).includes(free), {
      what: 'the free port to have moved away',
    });
    const names = ['dd', 'ee', 'ff', 'gg', 'hh', 'ii'];
    await Promise.all(names.map((name) => startContainer(host, name, 'lab')));
    const inside = await addressOf(host, 'aa', 'lab');
    for (const name of names) expect(await reaches(host, name, inside)).toBe(true);
  });
});

async function interfaces(): Promise<readonly (number | undefined)[]> {
  const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lab');
  return (dp?.interfaces ?? []).map((item) => item.number);
}
