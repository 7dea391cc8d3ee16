import {
  addPeer,
  type FaucetFlavour,
  type Host,
  type Peer,
  triedCases,
  until,
} from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inside, type Member, memberOf, seenDuring, sendEverything, sentTo } from './isolation.ts';
import {
  addressOf,
  createNetwork,
  fetchUrl,
  gatewayOf,
  inContainer,
  netAdmin,
  openLab,
  startContainer,
} from './lab.ts';
import { containerStatus, networkStatus } from './network-status.ts';
import { noPingRequest, operatorConfig, rules } from './operator-config.ts';
import { peerReaches, reaches } from './reaches.ts';

const acls = operatorConfig({
  ...noPingRequest,
  mutable: [rules.allow],
  tracked: ['{eth_type: 0x800, actions: {ct: {table: 1, zone: 1}}}'],
});
const operator = `# kept by hand\n${acls}`;

const apart = { 'ovs.bridge.mode': 'nat', 'com.docker.network.bridge.enable_icc': 'false' };

describe.each(
  triedCases<{ flavour: FaucetFlavour }>([{ flavour: 'faucet' }, { flavour: 'c65faucet' }]),
)('enable_icc=false under $flavour', ({ flavour }) => {
  let host: Host;
  let lan: Peer;
  let internet: Peer;
  let before: string;
  let bridge: string;
  let members: readonly Member[];
  const names = ['plain', 'victim', 'chosen', 'changed'];
  const addressAt = (name: string) => addressOf(host, name, 'apart');

  beforeAll(async () => {
    host = await openLab('icc', { faucetConfig: operator, flavour });
    internet = await addPeer(host, {
      ...{ name: 'internet', address: '203.0.113.1/24' },
      ...{ hostAddress: '203.0.113.2/24', hostDefaultRoute: true },
    });
    await internet.serveHttp(80);
    lan = await addPeer(host, { name: 'lan', address: '10.60.0.250/24' });
    // Nobody on a userspace switch fills in the checksums that its device leaves out.
    await lan.run('ethtool', ['--offload', 'eth0', 'tx', 'off']);
    before = await host.faucet.readConfig();
    const options = { ...apart, 'ovs.bridge.add_ports': 'to-lan' };
    const id = await createNetwork(host, 'apart', options, [
      ...['--subnet=10.60.0.0/24', '--gateway=10.60.0.1'],
    ]);
    bridge = `odsbr${id.slice(0, 10)}`;
    await startContainer(host, 'plain', 'apart');
    await startContainer(host, 'victim', 'apart');
    await startContainer(host, 'chosen', 'apart', ['--mac-address=0e:12:34:56:78:9a']);
    await startContainer(host, 'changed', 'apart', [netAdmin]);
    await inContainer(host, 'changed', 'ip', 'link', 'set', 'eth0', 'down');
    await inContainer(
      ...([host, 'changed', 'ip', 'link', 'set', 'eth0'] as const),
      ...(['address', '0e:ba:dd:00:00:01', 'up'] as const),
    );
    const gateway = await gatewayOf(host, 'apart');
    await inContainer(host, 'changed', 'ip', 'route', 'replace', 'default', 'via', gateway);
    await untilAllReach();
  });

  afterAll(async () => {
    await host?.close();
  });

  const expectApart = async (): Promise<void> => {
    const macs = members.map(({ mac }) => mac);
    const seen = await seenDuring(host, async () => {
      for (const from of members) {
        for (const to of members) if (from !== to) await sendEverything(host, from, to);
      }
      await reaches(host, 'plain', await addressAt('victim'));
    });
    for (const { mac, hostLink } of members) {
      expect(hostLink).not.toBe('');
      const others = [...macs.filter((other) => other !== mac), '01:80:c2:00:00:0f'];
      expect(sentTo(seen, hostLink, others)).toEqual([]);
      // Untagged: one for another's MAC from each to each, and three for groups that bridges forward.
      expect(sentTo(seen, 'to-lan', [mac]).length).toBeGreaterThanOrEqual(12);
    }
    const tagged = seen.filter(({ link, text }) => link === 'to-lan' && text.includes('802.1Q'));
    expect(tagged).toEqual([]);
  };

  test('leaves each container the gateway, the internet and what is behind physical ports', async () => {
    const gateway = await gatewayOf(host, 'apart');
    const { port } = await serve(lan);
    for (const name of names) {
      expect(await reaches(host, name, gateway)).toBe(true);
      expect(await reaches(host, name, lan.address)).toBe(true);
      expect(await fetchUrl(host, name, 'http://203.0.113.1/')).toContain('203.0.113.2');
      expect(await fetchUrl(host, name, `http://${lan.address}:${port}/`)).not.toBe('');
      expect(await peerReaches(lan, await addressAt(name))).toBe(true);
    }
    await serveIn('plain');
    const url = `http://${await addressAt('plain')}/`;
    expect((await lan.run('busybox', ['wget', '-q', '-O', '-', url])).stdout).not.toBe('');
    expect((await host.run('busybox', ['wget', '-q', '-O', '-', url])).stdout).not.toBe('');
  });

  test('lets no frame of one container through to another, whatever it is', async () => {
    await expectApart();
  });

  test('lets broadcasts through to the gateway', async () => {
    const [plain] = members as [Member, ...Member[]];
    const seen = await seenDuring(host, () => sendEverything(host, plain, plain));
    expect(sentTo(seen, 'to-lan', [plain.mac])).not.toEqual([]);
    const heard = seen.filter(({ link, source }) => link === bridge && source === plain.mac);
    expect(heard).not.toEqual([]);
  });

  test('keeps them apart with a static neighbour entry and with a route through the gateway', async () => {
    const victim = await addressAt('victim');
    const mac = members[1]?.mac ?? '';
    const rogue = members[3] as Member;
    await inside(host, rogue.pid, 'ip', 'neigh', 'replace', victim, 'lladdr', mac, 'dev', 'eth0');
    expect(await reaches(host, 'changed', victim)).toBe(false);
    const gateway = await gatewayOf(host, 'apart');
    const seen = await seenDuring(host, async () => {
      await inside(host, rogue.pid, 'ip', 'route', 'add', victim, 'via', gateway);
      expect(await reaches(host, 'changed', victim)).toBe(false);
    });
    const own = await addressAt('changed');
    const arrived = seen.filter(
      ({ link, text }) => link === members[1]?.hostLink && text.includes(`${own} > ${victim}`),
    );
    expect(arrived).toEqual([]);
    await inside(host, rogue.pid, 'ip', 'route', 'del', victim, 'via', gateway);
  });

  test('does not show the answers for one container to another', async () => {
    const own = await addressAt('plain');
    const seen = await seenDuring(host, async () => {
      expect(await reaches(host, 'plain', lan.address)).toBe(true);
      expect(await reaches(host, 'plain', '203.0.113.1')).toBe(true);
    });
    const answers = seen.filter(({ text }) => text.includes(`> ${own}: ICMP echo reply`));
    const links = new Set(answers.map(({ link }) => link).filter((link) => link.startsWith('ods')));
    expect([...links].filter((link) => link !== bridge)).toEqual([members[0]?.hostLink]);
  });

  test('sends what is for the gateway to no physical port', async () => {
    const seen = await seenDuring(host, async () => {
      expect(await reaches(host, 'plain', '203.0.113.1')).toBe(true);
    });
    const leaked = seen.filter(
      ({ link, text }) => link === 'to-lan' && text.includes('> 203.0.113.1'),
    );
    expect(leaked).toEqual([]);
  });

  test('leaves a container’s own ACL in force, under its own name, also when the operator changes it', async () => {
    const gateway = await gatewayOf(host, 'apart');
    const label = (acl: string) => [`--label=dovesnap.faucet.portacl=${acl}`];
    await startContainer(host, 'guarded', 'apart', label('no-ping-request'));
    await startContainer(host, 'bound', 'apart', label('mutable'));
    expect(await reaches(host, 'guarded', gateway)).toBe(false);
    expect(await reaches(host, 'guarded', lan.address)).toBe(false);
    expect(await fetchUrl(host, 'guarded', 'http://203.0.113.1/')).toContain('203.0.113.2');
    expect(await containerStatus(host, 'apart', 'guarded')).toMatchObject({
      Acl: 'no-ping-request',
    });
    expect(await networkStatus(host, 'apart')).toMatchObject({ Icc: false });
    expect(await reaches(host, 'bound', gateway)).toBe(true);
    const text = await host.faucet.readConfig();
    const rule = '    - rule: {actions: {allow: 1}}\n';
    const denied = '    - rule: {eth_type: 0x800, ip_proto: 1, actions: {allow: 0}}\n';
    await host.faucet.writeConfig(
      text.replace(`  mutable:\n${rule}`, `  mutable:\n${denied}${rule}`),
    );
    await until(async () => !(await reaches(host, 'bound', gateway)), {
      what: 'the ACL that the operator changed',
    });
    expect(await fetchUrl(host, 'bound', 'http://203.0.113.1/')).toContain('203.0.113.2');
    const notes = (await networkStatus(host, 'apart'))?.Notes;
    expect(notes).not.toContainEqual(expect.stringContaining('somebody changed'));
    await host.docker('rm', '--force', 'guarded', 'bound');
    await host.faucet.writeConfig(
      (await host.faucet.readConfig()).replace(`  mutable:\n${denied}`, '  mutable:\n'),
    );
  });

  test('follows ports that others add and take away', async () => {
    const extra = await addPeer(host, { name: 'extra', address: '10.60.0.251/24' });
    await host.ovs.vsctl('add-port', bridge, 'to-extra');
    for (const name of names) {
      await until(() => reaches(host, name, extra.address), { what: `the port from ${name}` });
    }
    await expectApart();
    await host.ovs.vsctl('del-port', bridge, 'to-extra');
    const isGone = async () => !(await host.faucet.readConfig()).includes('to-extra');
    await until(isGone, { what: 'faucet.yaml without the port' });
    // The derived ACL is another one: a ping is lost while Faucet puts that into the switch.
    await untilAllReach();
    await extra.close();
  });

  test('closes ports whose derived ACL somebody changes, puts it right and says so', async () => {
    const since = host.daemon.logs.entries.length;
    const text = await host.faucet.readConfig();
    const start = text.indexOf('-dovesnap-allow-all":\n');
    expect(start).toBeGreaterThan(0);
    // To where bridges do forward: to all the others.
    const nowhere = '01:80:c2:00:00:0f';
    const weaker = text.slice(start).replaceAll(nowhere, '01:80:c2:00:01:0f');
    await host.faucet.writeConfig(text.slice(0, start) + weaker);
    // Not the whole text: descriptions of ports that were left go with the next write.
    const count = (config: string): number => config.split(nowhere).length;
    await until(async () => count(await host.faucet.readConfig()) === count(text), {
      what: 'the derived ACL as it was',
    });
    const isSaid = /^somebody changed faucet\.yaml: ACL .* has other rules/;
    await host.daemon.waitForLog(({ msg }) => isSaid.test(`${msg}`), { since });
    await host.daemon.waitForLog(
      ({ msg, container }) => msg === 'the port is closed' && container === 'plain',
      { since },
    );
    await untilAllReach();
    const isOver = async () => {
      const notes = (await networkStatus(host, 'apart'))?.Notes ?? [];
      return !notes.some((note) => note.includes('somebody changed'));
    };
    await until(isOver, { what: 'the note on the change to go' });
    await expectApart();
  });

  test('holds after restarts of the daemon, Faucet and the switch, and a lost database', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    await host.faucet.restart();
    await host.ovs.restart();
    await untilAllReach();
    await expectApart();
    await host.ovs.wipeDatabase();
    await untilAllReach();
    await expectApart();
  });

  test.each([
    ['enable_icc', { ...apart, 'ovs.bridge.vlan_out_acl': 'mutable' }, 'enable_icc=false'],
    ['default_acl', { ...apart, 'ovs.bridge.default_acl': 'tracked' }, 'rule 1 of ACL "tracked"'],
    ['vlan_out_acl', { 'ovs.bridge.vlan_out_acl': 'mutable' }, 'would not hold for containers'],
  ])('is refused, as %s is, where it cannot hold', async (_what, options, sentence) => {
    await expect(createNetwork(host, 'refused', options)).rejects.toMatchObject({
      stderr: expect.stringContaining(sentence),
    });
  });

  test('does not concern the network beside it', async () => {
    await createNetwork(host, 'beside', { 'ovs.bridge.mode': 'nat' });
    await startContainer(host, 'b1', 'beside');
    await startContainer(host, 'b2', 'beside');
    expect(await reaches(host, 'b1', await addressOf(host, 'b2', 'beside'))).toBe(true);
    await host.docker('rm', '--force', 'b1', 'b2');
    await host.docker('network', 'rm', 'beside');
  });

  test('leaves nothing when the network goes', async () => {
    await host.docker('rm', '--force', ...names);
    await host.docker('network', 'rm', 'apart');
    expect(await host.faucet.readConfig()).toBe(before);
    expect((await host.run('iptables-save', [])).stdout).not.toContain('DOVESNAP');
    expect((await host.run('ip6tables-save', [])).stdout).not.toContain('DOVESNAP');
  });

  async function untilAllReach(): Promise<void> {
    for (const name of names) {
      await until(() => reaches(host, name, lan.address), { what: `the LAN from ${name}` });
      await until(() => reaches(host, name, '203.0.113.1'), { what: `a way out of ${name}` });
    }
    members = await Promise.all(names.map((name) => memberOf(host, name)));
  }

  async function serveIn(name: string): Promise<void> {
    const script = 'mkdir /www && hostname > /www/index.html && httpd -h /www';
    await inContainer(host, name, 'sh', '-c', script);
  }
});

async function serve(peer: Peer): Promise<{ port: number }> {
  await peer.serveHttp(8080);
  return { port: 8080 };
}
