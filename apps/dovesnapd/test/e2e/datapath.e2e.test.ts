import { type Host, machineDatapath, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { statusEndpoints } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus } from './network-status.ts';
import { externalPorts } from './other-ports.ts';
import { reaches } from './reaches.ts';

/** What a link is like that nobody has changed, or that is closed to the host's own stack. */
interface Facts {
  readonly settings: readonly string[];
  readonly features: readonly string[];
}

const isKernel = machineDatapath === 'system';
const settings = [
  'ipv4/conf/LINK/rp_filter',
  'ipv4/conf/LINK/arp_ignore',
  'ipv6/conf/LINK/disable_ipv6',
];
const sealed = ['1', '8', '1'];
let host: Host;
/** A link as the kernel makes it, and the added one as the operator has set it up. */
let untouched: { readonly made: Facts; readonly added: Facts };

beforeAll(async () => {
  host = await openLab('datapath');
  for (const name of ['fresh', 'extra']) {
    await host.run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-peer`]);
  }
  await host.run('ethtool', ['--offload', 'extra', 'gro', 'on']);
  untouched = { made: await factsOf('fresh'), added: await factsOf('extra') };
  await createNetwork(host, 'net', { 'ovs.bridge.add_ports': 'extra' });
  await startContainer(host, 'one', 'net');
  await startContainer(host, 'two', 'net');
});

afterAll(async () => {
  await host?.close();
});

async function factsOf(link: string): Promise<Facts> {
  const paths = settings.map((path) => `/proc/sys/net/${path.replace('LINK', link)}`);
  const values = await host.run('cat', paths);
  return { settings: values.stdout.trim().split('\n'), features: await featuresOf(link) };
}

/** The offloads that can be switched, as ethtool(8) shows them; `into` is what enters another namespace. */
async function featuresOf(link: string, into: readonly string[] = []): Promise<readonly string[]> {
  const [program = '', ...args] = [...into, 'ethtool', '--show-features', link];
  const lines = (await host.run(program, args)).stdout.split('\n').slice(1);
  return lines.filter((line) => !line.includes('[fixed]')).map((line) => line.trim());
}

async function datapathOf(network: string): Promise<string> {
  const bridge = await until(async () => (await networkStatus(host, network))?.BridgeName, {
    what: `the bridge of ${network}`,
  });
  return (await host.ovs.vsctl('get', 'Bridge', bridge, 'datapath_type')).trim();
}

async function hostEndOf(container: string, network: string): Promise<string> {
  const found = (await statusEndpoints(host, network)).find((item) => item.container === container);
  return found?.hostLink ?? '';
}

async function containerFeatures(container: string): Promise<readonly string[]> {
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', container);
  return await featuresOf('eth0', ['nsenter', `--net=/proc/${pid}/ns/net`, '--']);
}

async function sealTables(): Promise<string> {
  return (await host.run('nft', ['list', 'tables', 'netdev'])).stdout.trim();
}

describe(`a network on a machine whose kernel has ${isKernel ? 'a' : 'no'} datapath`, () => {
  test(`is on the datapath ${isKernel ? 'of the kernel' : 'in userspace'}`, async () => {
    expect(await datapathOf('net')).toBe(machineDatapath);
    expect(await networkStatus(host, 'net')).toMatchObject({ Userspace: !isKernel });
    expect(await reaches(host, 'one', await addressOf(host, 'two', 'net'))).toBe(true);
  });

  test(`has the host’s links ${isKernel ? 'as the kernel made them' : 'closed to the host'}`, async () => {
    await until(async () => (await externalPorts(host, 'net')).extra?.State === 'open', {
      what: 'an open port for the added link',
    });
    const now = {
      made: await factsOf(await hostEndOf('one', 'net')),
      added: await factsOf('extra'),
    };
    if (isKernel) expect(now).toEqual(untouched);
    else for (const facts of Object.values(now)) expect(facts.settings).toEqual(sealed);
    expect(await sealTables()).toBe(isKernel ? '' : 'table netdev dovesnap');
  });

  test(`${isKernel ? 'leaves' : 'does not leave'} checksums and segments of containers to the switch`, async () => {
    const features = await containerFeatures('one');
    if (isKernel) expect(features).toEqual(await featuresOf('fresh-peer'));
    else expect(features).toContain('tx-checksumming: off');
  });

  test(`${isKernel ? 'can be' : 'cannot be'} asked to be on the kernel’s`, async () => {
    const made = createNetwork(host, 'kernel', { 'ovs.bridge.userspace': 'false' });
    if (isKernel) {
      await made;
      expect(await datapathOf('kernel')).toBe('system');
    } else expect(await complaintOf(made)).toContain('the kernel has no openvswitch datapath');
  });

  test('is in userspace when that is asked for, its links closed to the host', async () => {
    await createNetwork(host, 'user', { 'ovs.bridge.userspace': 'true' });
    await startContainer(host, 'apart', 'user');
    expect(await datapathOf('user')).toBe('netdev');
    expect((await factsOf(await hostEndOf('apart', 'user'))).settings).toEqual(sealed);
    expect(await sealTables()).toBe('table netdev dovesnap');
    expect(await containerFeatures('apart')).toContain('tx-checksumming: off');
  });
});
