import { addPeer, type Host, type Peer, patient, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, inContainer, openLab, startContainer } from './lab.ts';
import { noPingRequest, operatorConfig } from './operator-config.ts';
import { externalPorts, sendQuestion, statusOf } from './other-ports.ts';
import { peerReaches, reaches } from './reaches.ts';

const operator = operatorConfig(noPingRequest);

const subnet = (third: number): readonly string[] => [`--subnet=10.${third}.0.0/24`];

let host: Host;

beforeAll(async () => {
  host = await openLab('added', { faucetConfig: operator });
});

afterAll(async () => {
  await host?.close();
});

describe('a host interface that a network takes', () => {
  const before = ['10.61.0.2/24', 'fd61::2/64'];
  let lan: Peer;

  beforeAll(async () => {
    lan = await addPeer(host, { name: 'lan', address: '10.60.0.50/24' });
    // As with a network card, and not with a veth by default.
    await lan.run('ethtool', ['--offload', 'eth0', 'tx', 'off']);
    await host.run('ethtool', ['--offload', 'to-lan', 'gro', 'on']);
    for (const address of before) await ip('address', 'add', address, 'dev', 'to-lan', 'nodad');
    await ip('route', 'add', '10.62.0.0/24', 'via', '10.61.0.1', 'dev', 'to-lan');
    await createNetwork(host, 'lan', { 'ovs.bridge.add_ports': 'to-lan/20' }, subnet(60));
    await startContainer(host, 'box', 'lan');
  });

  test('joins the containers to the LAN behind it, under the number asked for', async () => {
    await untilReaches('box', '10.60.0.50');
    expect(await peerReaches(lan, await addressOf(host, 'box', 'lan'))).toBe(true);
    const ports = await externalPorts(host, 'lan');
    expect(ports['to-lan']).toMatchObject({ OFPort: 20, Kind: 'physical', Vlan: 100 });
    const status = await host.daemon.status('/networks');
    expect(Object.values(status as object)).toContainEqual(
      expect.objectContaining({ NetworkName: 'lan', AddPorts: 'to-lan/20' }),
    );
  });

  test('is ours in faucet.yaml, and nobody else’s', async () => {
    await untilPortsRest(host, 'lan');
    expect((await statusOf(host, 'lan')).Notes).toEqual([]);
    expect(linesOfOthers()).toEqual([]);
  });

  test('brings what a fast sender sends', async () => {
    await lan.serveHttp(80);
    const script = 'timeout "$1" wget -q -O - "$2" | wc -c';
    const url = 'http://10.60.0.50/bytes/20000000';
    const args = ['sh', '-c', script, 'sh', `${patient(20)}`, url];
    expect(await inContainer(host, 'box', ...args)).toBe('20000000');
  });

  test('is no way to the host any more', async () => {
    await lan.run('ip', ['address', 'add', '10.61.0.50/24', 'dev', 'eth0']);
    expect(await peerReaches(lan, '10.61.0.2')).toBe(false);
    await expectNoAddress('to-lan');
  });

  test('works again by itself when it vanishes and returns', async () => {
    await lan.close();
    lan = await addPeer(host, { name: 'lan', address: '10.60.0.51/24' });
    await untilReaches('box', '10.60.0.51');
    await untilNumbered();
    await expectNoAddress('to-lan');
  });

  test('goes on through a new daemon, a new switch and a lost database', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    expect(await reaches(host, 'box', '10.60.0.51')).toBe(true);
    await host.ovs.restart();
    await untilReaches('box', '10.60.0.51');
    await host.ovs.wipeDatabase();
    await untilReaches('box', '10.60.0.51');
    await untilNumbered();
    expect(linesOfOthers()).toEqual([]);
  });

  test('is the host’s again, with its addresses and routes, when the network goes', async () => {
    await host.docker('rm', '--force', 'box');
    await host.docker('network', 'rm', 'lan');
    const { stdout } = await ip('address', 'show', 'dev', 'to-lan');
    for (const address of before) expect(stdout).toContain(address);
    expect(stdout).toMatch(/<[^>]*\bUP\b/);
    const routes = (await ip('route', 'show', 'dev', 'to-lan')).stdout;
    expect(routes).toContain('10.62.0.0/24 via 10.61.0.1');
    await lan.run('ip', ['address', 'add', '10.61.0.50/24', 'dev', 'eth0']);
    expect(await peerReaches(lan, '10.61.0.2')).toBe(true);
    await lan.close();
  });

  /** An interface on the kernel's datapath, whose frames the host does not hear, keeps what the kernel gives each link. */
  async function expectNoAddress(link: string): Promise<void> {
    const { stdout } = await ip('address', 'show', 'dev', link);
    expect(stdout).toContain(link);
    expect(stdout).not.toContain('scope global');
  }

  /** Says of an interface of ours that it is an operator's. */
  function linesOfOthers(): readonly unknown[] {
    const { entries } = host.daemon.logs;
    return entries.map(({ msg }) => msg).filter((msg) => String(msg).includes('by itself holds'));
  }

  /** Frames may pass before the daemon has looked at a new row. */
  async function untilNumbered(): Promise<void> {
    const shown = async () => (await externalPorts(host, 'lan'))['to-lan']?.OFPort === 20;
    await until(shown, { what: 'the interface under its number' });
  }
});

describe('ports with an ACL or a VLAN of their own', () => {
  let guarded: Peer;
  let left: Peer;
  let right: Peer;

  beforeAll(async () => {
    guarded = await addPeer(host, { name: 'guarded', address: '10.63.0.50/24' });
    left = await addPeer(host, { name: 'left', address: '10.63.0.51/24' });
    right = await addPeer(host, { name: 'right', address: '10.63.0.52/24' });
    const ports = 'to-guarded//no-ping-request,to-left///30,to-right/31//30';
    await createNetwork(host, 'mixed', { 'ovs.bridge.add_ports': ports }, subnet(63));
    await startContainer(host, 'inner', 'mixed');
  });

  afterAll(async () => {
    await host.docker('rm', '--force', 'inner');
    await host.docker('network', 'rm', 'mixed');
  });

  test('hold to the ACL, also where Open vSwitch chose the number', async () => {
    await untilReaches('inner', guarded.address);
    expect(await peerReaches(guarded, await addressOf(host, 'inner', 'mixed'))).toBe(false);
    const ports = await externalPorts(host, 'mixed');
    expect(ports['to-guarded']).toMatchObject({
      OFPort: expect.any(Number),
      Acl: 'no-ping-request',
    });
  });

  test('are on their own VLAN, and on no other', async () => {
    await until(() => peerReaches(left, right.address), { what: 'one port from the other' });
    expect(await reaches(host, 'inner', left.address)).toBe(false);
    expect((await externalPorts(host, 'mixed'))['to-right']).toMatchObject({
      OFPort: 31,
      Vlan: 30,
    });
  });
});

describe('a coprocessor port', () => {
  afterAll(async () => {
    await host.docker('rm', '--force', 'target', 'bystander');
    await host.docker('network', 'rm', 'copro');
  });

  test('puts frames out of the port that their VLAN names', async () => {
    const brain = await addPeer(host, { name: 'brain', address: '10.65.0.50/24' });
    await createNetwork(host, 'copro', { 'ovs.bridge.add_copro_ports': 'to-brain/40' }, subnet(64));
    await startContainer(host, 'target', 'copro');
    await startContainer(host, 'bystander', 'copro');
    const target = await addressOf(host, 'target', 'copro');
    expect(await reaches(host, 'bystander', target)).toBe(true);
    expect((await externalPorts(host, 'copro'))['to-brain']).toMatchObject({
      OFPort: 40,
      Kind: 'coprocessor',
    });

    await sendQuestion(brain, 1000 + (await numberOf('target')), '10.64.0.77', target);
    // Its question for the address came through and was noted, and only there.
    await until(async () => await knows('target', '10.64.0.77'), {
      what: 'the frame of the coprocessor',
    });
    expect(await knows('bystander', '10.64.0.77')).toBe(false);
  });

  async function numberOf(container: string): Promise<number> {
    const status = (await host.daemon.status('/networks')) as Record<
      string,
      { DynamicNetworkStates: { Containers: Record<string, { Name: string; OFPort: number }> } }
    >;
    const all = Object.values(status).flatMap((network) =>
      Object.values(network.DynamicNetworkStates.Containers),
    );
    return all.find((item) => item.Name === `/${container}`)?.OFPort ?? 0;
  }
});

/** A port without a container may get its flows after a container's. */
async function untilReaches(container: string, address: string): Promise<void> {
  await until(() => reaches(host, container, address), { what: `${address} from ${container}` });
}

async function knows(container: string, address: string): Promise<boolean> {
  return (await inContainer(host, container, 'cat', '/proc/net/arp')).includes(address);
}

describe('an option for ports', () => {
  beforeAll(async () => {
    await ip('link', 'add', 'spare', 'type', 'veth');
    await ip('link', 'add', 'linuxbridge', 'type', 'bridge');
    await ip('link', 'add', 'member', 'type', 'veth');
    await ip('link', 'set', 'member', 'master', 'linuxbridge');
    await ip('link', 'add', 'switched', 'type', 'veth');
    await host.ovs.vsctl('add-br', 'theirs', '--', 'add-port', 'theirs', 'switched');
  });

  test.each([
    ['add_ports', 'nosuch', 'accepted is an interface that this host has'],
    ['add_ports', 'switched', 'on no bridge: it is on theirs'],
    ['add_ports', 'member', 'on no bridge: it is on linuxbridge'],
    ['add_ports', 'spare/65280', 'OFPORT from 1 to 65279'],
    ['add_ports', 'spare/0', 'OFPORT from 1 to 65279'],
    ['add_ports', 'spare/5,switched/5', 'each NAME and OFPORT once'],
    ['add_ports', 'spare//nosuch', 'names ACL "nosuch", which is not in'],
    ['add_ports', 'spare///4095', 'NATIVE_VLAN from 1 to 4094'],
    ['add_copro_ports', 'nosuch', 'accepted is an interface that this host has'],
    ['add_copro_ports', 'spare//nosuch', 'names ACL "nosuch", which is not in'],
    ['add_copro_ports', 'spare/1/no-ping-request/20', 'NAME[/OFPORT][/ACL]'],
  ])('%s=%s is refused, and leaves nothing behind', async (option, value, reason) => {
    const refused = createNetwork(host, 'refused', { [`ovs.bridge.${option}`]: value });
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining(reason) });
    expect(await host.ovs.vsctl('list-br')).toBe('theirs\n');
    expect(await host.docker('network', 'ls', '--quiet', '--filter', 'name=refused')).toBe('');
  });
});

function ip(...args: readonly string[]) {
  return host.run('ip', args);
}
