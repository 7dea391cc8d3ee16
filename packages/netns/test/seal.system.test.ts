import { readFile } from 'node:fs/promises';
import { CommandError, type Run } from '@dovesnap/command';
import {
  openNamespace,
  type PrivateOvs,
  privateOvs,
  type TestNamespace,
  until,
} from '@dovesnap/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  addAddress,
  addVeth,
  type Netns,
  netns,
  removeLink,
  sealLink,
  sealTable,
  setLink,
  setOffload,
  unsealLink,
} from '../src/index.ts';

let host: TestNamespace;
let boxes: TestNamespace[];
let ovs: PrivateOvs;
let here: Netns;
const hostMac = '02:00:00:00:00:0a';

// The host with a userspace bridge and its gateway address, and two boxes behind the ports h1 and h2.
beforeEach(async () => {
  boxes = await Promise.all([openNamespace(), openNamespace()]);
  ovs = await privateOvs();
  host = ovs.namespace;
  here = netns({ path: host.path });
  await vsctl('add-br', 'br0', '--', 'set', 'bridge', 'br0', 'datapath_type=netdev');
  await here.apply([setLink('br0', { up: true }), addAddress('br0', '10.9.0.1/24')]);
  for (const [index, box] of boxes.entries()) {
    const [near, far] = [`h${index + 1}`, `c${index + 1}`];
    await here.apply([
      addVeth(near, far, { mac: hostMac }),
      setOffload(far, { tx: false }),
      setLink(far, { netns: { pid: box.pid } }),
      setLink(near, { up: true }),
    ]);
    await netns({ pid: box.pid }).apply([
      setLink(far, { name: 'eth0', up: true }),
      addAddress('eth0', `10.9.0.1${index + 1}/24`),
    ]);
    await vsctl('add-port', 'br0', near);
  }
});

afterEach(async () => {
  await ovs.close();
  await Promise.all(boxes.map((space) => space.close()));
});

async function vsctl(...args: readonly string[]): Promise<void> {
  await ovs.run('ovs-vsctl', [`--db=${ovs.dbTarget}`, ...args], { deadline: 20_000 });
}

async function ofctl(...args: readonly string[]): Promise<string> {
  return (await ovs.run('ovs-ofctl', args, { deadline: 20_000 })).stdout;
}

/** One number of /proc/net/snmp of the host. */
async function counter(protocol: string, name: string): Promise<number> {
  const lines = (await readFile(`/proc/${host.pid}/net/snmp`, 'utf8')).split('\n');
  const [names, values] = lines.filter((line) => line.startsWith(`${protocol}:`));
  const index = names?.split(' ').indexOf(name) ?? -1;
  return Number(values?.split(' ')[index] ?? expect.fail(`no counter ${name}`));
}

/** What the first box can do to reach the host around the switch. Returns how many frames it sent. */
async function attack(): Promise<number> {
  const [box] = boxes as [TestNamespace];
  await box.run('ip', ['neigh', 'replace', '10.9.0.1', 'lladdr', hostMac, 'dev', 'eth0']);
  await box
    .run('busybox', ['ping', '-c', '2', '-i', '0.1', '-W', '1', '10.9.0.1'])
    .catch(ignoreNoReply);
  // From 0.0.0.0 to everyone, as a DHCP client does: no source address that rp_filter could look at.
  await box
    .run('busybox', [
      'udhcpc',
      '-f',
      '-n',
      '-q',
      '-t',
      '2',
      '-T',
      '1',
      '-i',
      'eth0',
      '-s',
      '/bin/true',
    ])
    .catch(ignoreNoReply);
  return 4;
}

function ignoreNoReply(error: unknown): void {
  if (!(error instanceof CommandError) || error.exitCode !== 1) throw error;
}

async function framesDropped(): Promise<number> {
  const flows = await ofctl('dump-flows', 'br0', 'in_port=h1');
  return Number(/n_packets=(\d+)/.exec(flows)?.[1]);
}

test('without a seal the host hears a box whose every frame the switch drops', async () => {
  await ofctl('add-flow', 'br0', 'priority=100,in_port=h1,actions=drop');
  await attack();
  expect(await counter('Icmp', 'InEchos')).toBeGreaterThan(0);
});

test('a sealed link reaches the switch and never the stack of the host', async () => {
  await here.apply([sealLink('h1'), sealLink('h2')]);
  expect([...(await here.seals())].sort()).toEqual(['h1', 'h2']);
  const [one, two] = boxes as [TestNamespace, TestNamespace];
  // Through the switch everything works: to the other box and, through the local port, to the host.
  await one.run('busybox', ['ping', '-c', '2', '-i', '0.1', '-W', '5', '10.9.0.12']);
  await two.run('busybox', ['ping', '-c', '2', '-i', '0.1', '-W', '5', '10.9.0.1']);

  await ofctl('add-flow', 'br0', 'priority=100,in_port=h1,actions=drop');
  const before = await counter('Ip', 'InReceives');
  const sent = await attack();
  await until(async () => (await framesDropped()) >= sent, { what: 'counting the frames' });
  expect(await counter('Ip', 'InReceives')).toBe(before);
});

test('where nftables has no netdev family the kernel settings alone stop IP', async () => {
  const run: Run = async (file, args, options) => {
    if (!args.includes('nft')) return host.run(file, args, options);
    const stderr = 'Error: Could not process rule: Operation not supported';
    throw new CommandError('EXIT', stderr, { argv: [file, ...args], stderr });
  };
  await netns({ path: host.path }, { run }).apply([sealLink('h1')]);
  expect(await here.seals()).toEqual([]);
  await ofctl('add-flow', 'br0', 'priority=100,in_port=h1,actions=drop');
  await attack();
  expect(await counter('Icmp', 'InEchos')).toBe(0);
});

test('a seal can be set again, taken back, and cleaned up after its link', async () => {
  await here.apply([sealLink('h1'), sealLink('h1'), sealLink('h2')]);
  await here.apply([sealLink('h1'), unsealLink('h2')]);
  expect(await here.seals()).toEqual(['h1']);
  await here.apply([unsealLink('h1')]);
  await ofctl('add-flow', 'br0', 'priority=100,in_port=h1,actions=drop');
  await attack();
  expect(await counter('Icmp', 'InEchos')).toBeGreaterThan(0);

  await here.apply([sealLink('h1'), removeLink('h1')]);
  expect(await here.seals()).toEqual(['h1']);
  await here.apply([unsealLink('h1'), unsealLink('h1')]);
  expect(await here.seals()).toEqual([]);
});

test('a link that comes back under the name of a sealed one is sealed again', async () => {
  await here.apply([addVeth('h9', 'c9'), sealLink('h9'), removeLink('h9')]);
  await here.apply([addVeth('h9', 'c9'), sealLink('h9')]);
  const { stdout } = await host.run('nft', ['list', 'table', 'netdev', 'dovesnap']);
  expect(stdout.match(/device "h9"/g)).toHaveLength(1);
});

test('a seal that somebody flushes is put back, one that was taken off is not', async () => {
  await here.apply([sealLink('h1'), sealLink('h2')]);
  expect(await here.mendSeals()).toEqual([]);
  await host.run('nft', ['flush', 'ruleset']);
  expect(await here.seals()).toEqual([]);
  await here.apply([unsealLink('h2')]);
  expect(await here.mendSeals()).toEqual(['h1']);
  expect(await here.seals()).toEqual(['h1']);
  await ofctl('add-flow', 'br0', 'priority=100,in_port=h1,actions=drop');
  const before = await counter('Ip', 'InReceives');
  const sent = await attack();
  await until(async () => (await framesDropped()) >= sent, { what: 'counting the frames' });
  expect(await counter('Ip', 'InReceives')).toBe(before);
  await host.run('nft', ['flush', 'ruleset']);
  await here.apply([removeLink('h1')]);
  expect(await here.mendSeals()).toEqual([]);
});

test('a seal of a process before this one is put back when it is named', async () => {
  await netns({ path: host.path }).apply([sealLink('h1'), sealLink('h2')]);
  await host.run('nft', ['flush', 'ruleset']);
  expect(await here.mendSeals()).toEqual([]);
  expect(await here.mendSeals({ also: ['h1'] })).toEqual(['h1']);
  await host.run('nft', ['flush', 'ruleset']);
  expect(await here.mendSeals()).toEqual(['h1']);
});

test('what is to stay sealed is known by the name of its chain', async () => {
  const handle = netns({ path: host.path });
  await handle.apply([sealLink('h1'), sealLink('h2')]);
  const { stdout } = await host.run('nft', ['list', 'table', 'netdev', sealTable]);
  const chains = [...stdout.matchAll(/chain (\S+) \{/g)].map(([, chain = '']) => chain);
  expect(chains).toHaveLength(2);
  expect(chains.map((chain) => handle.keepsSeal(chain))).toEqual([true, true]);
  await handle.apply([unsealLink('h2')]);
  expect(chains.filter((chain) => handle.keepsSeal(chain))).toHaveLength(1);
  expect(handle.keepsSeal('other')).toBe(false);
});
