import { readdir, readFile, readlink } from 'node:fs/promises';
import { run } from '@dovesnap/command';
import { afterEach, describe, expect, test } from 'vitest';
import { type Host, openHost } from '../src/index.ts';

const hosts: Host[] = [];
const open = async (...options: Parameters<typeof openHost>): Promise<Host> => {
  const host = await openHost(...options);
  hosts.push(host);
  return host;
};

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

/** What a host could leave on the machine: links, mounts, cgroups. */
async function machine(): Promise<object> {
  const links = (await run('ip', ['-brief', 'link'])).stdout
    .split('\n')
    .map((l) => l.split(' ')[0]);
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const trees = await readdir('/sys/fs/cgroup');
  const groups = await Promise.all(
    trees.map(async (tree) => await readdir(`/sys/fs/cgroup/${tree}`).catch(() => [])),
  );
  const ours = (name: string): boolean => name.includes(`-${process.pid}-`);
  return {
    links: links.filter((l) => l !== undefined),
    mounts,
    groups: [trees, groups.flat()].flat().filter(ours),
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
    await Promise.all([host.startOvs(), host.startDocker()]);
    await host.ovs.vsctl('add-br', 'lab', '--', 'set', 'Bridge', 'lab', 'datapath_type=netdev');
    const answer = await host.docker('run', '--rm', 'busybox', 'ip', '-o', 'addr', 'show', 'eth0');
    expect(answer).toContain('inet 172.17.0.2/16');
    await host.docker('run', '--detach', 'busybox', 'sleep', '1000');
    expect((await host.run('ip', ['link', 'show', 'lab'])).stdout).toContain('lab');
    await host.close();
    hosts.splice(0);
    expect(await machine()).toEqual(before);
  });
});
