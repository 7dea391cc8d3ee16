import {
  type Edit,
  editText,
  type InterfaceModel,
  parseFaucet,
  setInterface,
} from '@dovesnap/faucet-config';
import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { addressOf, createNetwork, inContainer, openLab, startContainer } from './lab.ts';
import { copiesWhile, echoesOf, mirrored } from './mirror.ts';
import { containerStatus, networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { sendQuestion, statusOf } from './other-ports.ts';
import { reaches } from './reaches.ts';

const operator = operatorConfig(
  { 'allow-all': [rules.allow] },
  `  theirs: {dp_id: 0x7, hardware: Open vSwitch, interfaces: {99: {output_only: true, description: "Ann's"}, 1: {native_vlan: 100}}}
`,
);
const flag = { args: ['--mirror_bridge_out=to-tap'] };
const before = ['192.0.2.2/24', 'fd92::2/64'];

let host: Host;
let tap: Peer;
let peer: string;

beforeAll(async () => {
  host = await openLab('mirkeep', { faucetConfig: operator });
  tap = await addPeer(host, { name: 'tap', address: '192.0.2.1/24' });
  for (const address of before) {
    await host.run('ip', ['address', 'add', address, 'dev', 'to-tap', 'nodad']);
  }
  await createNetwork(host, 'lan', { 'ovs.bridge.lbport': '7' }, ['--subnet=10.82.0.0/24']);
  await startContainer(host, 'peer', 'lan');
  await startContainer(host, 'watched', 'lan', mirrored('true'));
  peer = await addressOf(host, 'peer', 'lan');
});

afterAll(async () => {
  await host?.close();
});

describe('a daemon without the flag', () => {
  test('attaches a container with the label, and says that nothing is mirrored', async () => {
    expect(await reaches(host, 'watched', peer)).toBe(true);
    expect((await containerStatus(host, 'lan', 'watched'))?.Mirrored).toBe(false);
    const notes = (await networkStatus(host, 'lan'))?.Notes.join();
    expect(notes).toMatch(/container watched is not mirrored: .*--mirror_bridge_out/);
    expect(await host.ovs.vsctl('list-br')).not.toContain('odsmir');
  });

  test('mirrors it when it is restarted with the flag', async () => {
    await restartDaemon(flag);
    await until(async () => (await echoesOf(host, tap, 'watched', peer)).length === 2, {
      what: 'copies',
    });
    await untilState(host, 'lan', 'watched', 'open');
    expect((await containerStatus(host, 'lan', 'watched'))?.Mirrored).toBe(true);
    const links = async () =>
      Object.values((await statusOf(host, 'lan')).DynamicNetworkStates.OtherBridgePorts);
    await until(async () => (await links()).length > 0, { what: 'the link in /networks' });
    expect(await links()).toEqual([
      expect.objectContaining({ OFPort: 7, PeerBridgeName: expect.stringMatching(/^odsmir/) }),
    ]);
    const { body } = await host.http('http://127.0.0.1:9401/topology.dot');
    expect(body).toMatch(/mirror: \S+ port 7 to odsmir/);
  });
});

describe('an operator who changes what is mirrored in faucet.yaml', () => {
  test('by removing a port gets it closed, put right and reported', async () => {
    await untilPutRight({ mirror: null }, 'watched', 'is no longer mirrored');
    expect(await echoesOf(host, tap, 'watched', peer, 2)).toHaveLength(2);
  });

  test('by adding a port gets it closed, put right and reported', async () => {
    const own = await numberOf('watched');
    await untilPutRight({ mirror: [own, await numberOf('peer')] }, 'peer', 'is mirrored');
    expect(await reaches(host, 'watched', peer)).toBe(true);
  });

  test('by removing all of it gets it back', async () => {
    const text = await host.faucet.readConfig();
    const own = await numberOf('watched');
    const spec = { mirror: null, outputOnly: null, nativeVlan: 100 };
    await host.faucet.writeConfig(editText(text, [setInterface('lan', 7, spec)]));
    await until(
      async () => {
        const found = await link();
        return found?.outputOnly === true && found.mirror.includes(own);
      },
      { what: 'the link in faucet.yaml' },
    );
    await until(async () => (await echoesOf(host, tap, 'watched', peer)).length === 2, {
      what: 'copies',
    });
  });

  async function untilPutRight(
    spec: { readonly mirror: readonly number[] | null },
    container: string,
    what: string,
  ): Promise<void> {
    const wanted = (await link())?.mirror;
    const since = host.daemon.logs.entries.length;
    const edits: Edit[] = [setInterface('lan', 7, spec)];
    await host.faucet.writeConfig(editText(await host.faucet.readConfig(), edits));
    const said = (start: string) =>
      host.daemon.waitForLog(
        (line) => line.container === container && `${line.msg}`.startsWith(start),
        { since },
      );
    const order = [
      await said('somebody changed faucet.yaml: interface'),
      await said('the port is closed'),
      await said('the port is open'),
    ];
    expect(`${order[0]?.msg}`).toContain(what);
    await untilState(host, 'lan', container, 'open');
    expect((await link())?.mirror).toEqual(wanted);
  }
});

describe('what comes in on the interface', () => {
  test('reaches no network, tagged or not', async () => {
    const address = await addressOf(host, 'peer', 'lan');
    // Each question would be noted in the ARP table of whom it reached.
    await sendQuestion(tap, 100, '10.82.0.77', address);
    await sendQuestion(tap, 0, '10.82.0.78', address);
    // The same over the network itself arrives: by then the others would have.
    await inContainer(host, 'watched', 'ping', '-c', '2', '-W', '1', address);
    const known = await inContainer(host, 'peer', 'cat', '/proc/net/arp');
    expect(known).toContain(await addressOf(host, 'watched', 'lan'));
    expect(known).not.toMatch(/10\.82\.0\.7[78]/);
  });
});

describe('a port that others add', () => {
  test('is copied while its row asks for it', async () => {
    const guest = await addPeer(host, { name: 'guest', address: '10.82.0.90/24' });
    const bridge = (await networkStatus(host, 'lan'))?.BridgeName ?? '';
    const ids = 'external_ids:dovesnap.faucet.mirror=true';
    await host.ovs.vsctl('add-port', bridge, 'to-guest', '--', 'set', 'interface', 'to-guest', ids);
    await until(() => reaches(host, 'peer', guest.address), { what: 'the guest' });
    await until(async () => (await echoesOf(host, tap, 'peer', guest.address)).length === 2, {
      what: 'copies of the guest',
    });
    await host.ovs.vsctl('set', 'interface', 'to-guest', ids.replace('true', 'false'));
    await until(async () => (await echoesOf(host, tap, 'peer', guest.address)).length === 0, {
      what: 'an end of the copies',
    });
    expect(await reaches(host, 'peer', guest.address)).toBe(true);
    await host.ovs.vsctl('del-port', bridge, 'to-guest');
    await guest.close();
  });
});

describe('a network with an ACL on the output of its VLAN', () => {
  test('is copied with one tag, in both directions', async () => {
    const options = { 'ovs.bridge.vlan_out_acl': 'allow-all', 'ovs.bridge.vlan': '130' };
    await createNetwork(host, 'out', options, ['--subnet=10.83.0.0/24']);
    await startContainer(host, 'one', 'out', mirrored('out:true'));
    await startContainer(host, 'two', 'out');
    const two = await addressOf(host, 'two', 'out');
    await until(() => reaches(host, 'one', two), { what: 'a reply' });
    const echoes = await echoesOf(host, tap, 'one', two, 2);
    expect(echoes).toHaveLength(2);
    for (const text of echoes) expect(text).toMatch(/vlan 130, p 0, ethertype IPv4/);
    await host.docker('rm', '--force', 'one', 'two');
    await host.docker('network', 'rm', 'out');
  });
});

describe('ovs.bridge.lbport', () => {
  test('is refused when a host interface asks for the same number', async () => {
    await host.run('ip', ['link', 'add', 'spare', 'type', 'veth']);
    const options = { 'ovs.bridge.lbport': '20', 'ovs.bridge.add_ports': 'spare/20' };
    expect(await complaintOf(createNetwork(host, 'bad', options))).toMatch(
      /^option ovs\.bridge\.lbport cannot be "20": accepted is a number that no other port has: spare/,
    );
  });

  test('leaves an operator’s own interface alone: nobody attaches, and the reason is said', async () => {
    await createNetwork(host, 'theirs', { 'ovs.bridge.dpid': '7' });
    const reason =
      'faucet.yaml has an interface 99 of its own in datapath "theirs", the number of the link to the mirror: give the network another ovs.bridge.lbport';
    expect(await complaintOf(startContainer(host, 'bad', 'theirs'))).toContain(reason);
    expect((await networkStatus(host, 'theirs'))?.Notes.join()).toContain(reason);
    expect(await host.faucet.readConfig()).toContain(operator.split('\n').at(-2));
    await host.docker('rm', 'bad');
    await host.docker('network', 'rm', 'theirs');
    const options = { 'ovs.bridge.dpid': '7', 'ovs.bridge.lbport': '98' };
    await createNetwork(host, 'theirs', options);
    await startContainer(host, 'good', 'theirs');
    await host.docker('rm', '--force', 'good');
    await host.docker('network', 'rm', 'theirs');
    expect(await host.faucet.readConfig()).toContain(operator.split('\n').at(-2));
  });

  test.each(['0', '4093', 'x'])('is refused as %s', async (value) => {
    const made = createNetwork(host, 'bad', { 'ovs.bridge.lbport': value });
    expect(await complaintOf(made)).toMatch(
      /^option ovs\.bridge\.lbport cannot be .*: accepted is a whole number from 1 to 4092/,
    );
  });
});

describe('afterwards', () => {
  test('a daemon without the flag takes all of it away and gives the interface back', async () => {
    await restartDaemon({ args: [] });
    await until(async () => !(await host.ovs.vsctl('list-br')).includes('odsmir'), {
      what: 'an end of the mirror bridge',
    });
    await until(async () => (await link()) === undefined, { what: 'an end of the link' });
    await until(() => reaches(host, 'watched', peer), { what: 'a reply' });
    expect(await copiesWhile(tap, () => reaches(host, 'watched', peer))).toEqual([]);
    const { stdout } = await host.run('ip', ['address', 'show', 'dev', 'to-tap']);
    for (const address of before) expect(stdout).toContain(address);
    expect(stdout).toMatch(/<[^>]*\bUP\b/);
    expect(await host.ovs.vsctl('--bare', '--columns=name', 'list', 'port')).not.toMatch(/odm/);
  });

  test('nothing is left when the network goes while it is mirrored', async () => {
    await restartDaemon(flag);
    await until(async () => (await echoesOf(host, tap, 'watched', peer)).length === 2, {
      what: 'copies',
    });
    await host.docker('rm', '--force', 'watched', 'peer');
    await host.docker('network', 'rm', 'lan');
    expect(await host.ovs.vsctl('--bare', '--columns=name', 'list', 'port')).not.toMatch(
      /odm[0-9a-f]/,
    );
    expect(parseFaucet(await host.faucet.readConfig()).dps.get('lan')).toBeUndefined();
  });
});

async function restartDaemon(options: { readonly args: readonly string[] }): Promise<void> {
  await host.daemon.kill();
  await host.daemon.start(options);
}

async function link(): Promise<InterfaceModel | undefined> {
  const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lan');
  return dp?.interfaces.find((item) => item.number === 7);
}

async function numberOf(container: string): Promise<number> {
  return (await containerStatus(host, 'lan', container))?.OFPort ?? 0;
}
