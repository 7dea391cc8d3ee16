import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { run, spawn } from '@dovesnap/command';
import { afterEach, describe, expect, test } from 'vitest';
import { holderCommand, recordLines } from '../src/host-namespaces.ts';
import { addPeer, type Host, openHost, until } from '../src/index.ts';

const holderParent = fileURLToPath(new URL('fixtures/holder-parent.mjs', import.meta.url));

const hosts: Host[] = [];
const open = async (...options: Parameters<typeof openHost>): Promise<Host> => {
  const host = await openHost(...options);
  hosts.push(host);
  return host;
};

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').map(Number);
}

/** What a host could leave on the machine: links and namespaces like those in it, mounts, cgroups of its name. */
async function machine(): Promise<object> {
  const { stdout } = await run('ip', ['-brief', 'link']);
  const trees = await readdir('/sys/fs/cgroup');
  const groups = trees.map((tree) => readdir(`/sys/fs/cgroup/${tree}`).catch(() => []));
  return {
    links: stdout.split('\n').filter((link) => /^(veth|docker|ovs-|lab|to-)/.test(link)),
    namespaces: await readdir('/run/netns').catch(() => []),
    mounts: await readFile('/proc/self/mounts', 'utf8'),
    groups: (await Promise.all(groups)).flat().filter((name) => name.includes(`-${process.pid}-`)),
  };
}

describe('a host', () => {
  test('has links, mounts, processes and a name of its own', async () => {
    const host = await open({ name: 'alone' });
    const links = (await host.run('ip', ['-brief', 'link'])).stdout.trim().split('\n');
    expect(links).toHaveLength(1);
    expect(links[0]).toMatch(/^lo .*UP/);
    expect((await host.run('hostname', [])).stdout.trim()).toBe(host.name);
    expect(await readdir(host.path('/etc/docker'))).toEqual([]);
    expect(await readlink(`/proc/${host.pid}/ns/net`)).not.toBe(
      await readlink('/proc/self/ns/net'),
    );
    const processes = (await host.run('ps', ['-e', '-o', 'pid='])).stdout.trim().split('\n');
    expect(processes).toHaveLength(2);
  });

  test('runs containers of its own engine on its own switch and leaves nothing behind', async () => {
    const before = await machine();
    const host = await open();
    await Promise.all([
      host.startOvs(),
      host.startDocker(),
      host.startFaucet().then(() => host.startGauge()),
    ]);
    await addPeer(host, { name: 'lan', address: '203.0.113.1/24' });
    await host.ovs.vsctl('add-br', 'lab', '--', 'set', 'Bridge', 'lab', 'datapath_type=netdev');
    const answer = await host.docker('run', '--rm', 'busybox', 'ip', '-o', 'addr', 'show', 'eth0');
    expect(answer).toContain('inet 172.17.0.2/16');
    await host.docker('run', '--detach', 'busybox', 'sleep', '1000');
    expect((await host.run('ip', ['link', 'show', 'lab'])).stdout).toContain('lab');
    await host.close();
    hosts.splice(0);
    expect(await machine()).toEqual(before);
  });

  test('ends with the process that opened it, even when that is killed', async () => {
    const name = `orphan-${process.pid}`;
    const parent = spawn(process.execPath, [holderParent, ...holderCommand(name, false)]);
    await recordLines(name, parent).waitFor(({ text }) => text === 'ready');
    const [unshare] = await childrenOf(parent.pid ?? 0);
    const [first = 0] = await childrenOf(unshare ?? 0);
    const inside = ['--target', String(first), '--net', '--mount', '--pid', '--'];
    const enter = () => spawn('nsenter', [...inside, 'sleep', '1000']);
    const sleepers = Array.from({ length: 10 }, enter);
    process.kill(parent.pid ?? 0, 'SIGKILL');
    // Some enter while it ends.
    sleepers.push(...Array.from({ length: 10 }, enter));
    await Promise.all(sleepers.map(({ exited }) => exited));
    await until(async () => (await stat(`/proc/${first}`).catch(() => undefined)) === undefined, {
      what: 'the end of the host',
    });
  });

  test('says who still is in its namespaces when it is closed', async () => {
    const host = await openHost({ name: 'watched' });
    const outsider = spawn('nsenter', [`--net=/proc/${host.pid}/ns/net`, '--', 'sleep', '1000']);
    const network = await readlink(`/proc/${host.pid}/ns/net`);
    await until(async () => (await readlink(`/proc/${outsider.pid}/ns/net`)) === network, {
      what: 'the outsider being inside',
    });
    try {
      await expect(host.close()).rejects.toMatchObject({
        code: 'LEFT_BEHIND',
        message: expect.stringContaining(`${outsider.pid} (sleep)`),
      });
    } finally {
      await outsider.close();
    }
  });

  test('says which part was never started', async () => {
    const host = await open();
    expect(() => host.ovs).toThrow(/^Open vSwitch was not started on host-/);
    expect(() => host.docker('ps')).toThrow(/^Docker was not started/);
  });
});
