import { describe, expect, it } from 'vitest';
import { hostAddress } from '../lib/demo.mjs';
import { hasControlGroups } from '../lib/docker.mjs';
import { parseFaucetConfig } from '../lib/faucet.mjs';
import { pinnedFaucet } from '../lib/faucet-environment.mjs';
import { pinnedPnpm } from '../lib/pnpm.mjs';
import { bornOf, parseBorn } from '../lib/process.mjs';
import { planDown } from '../lib/records.mjs';

describe('pins', () => {
  it('reads pnpm from package.json', () => {
    expect(pinnedPnpm('{"packageManager":"pnpm@10.34.9"}')).toBe('10.34.9');
    expect(() => pinnedPnpm('{}')).toThrow('pins no exact pnpm');
  });

  it('reads Faucet from the requirements', () => {
    expect(pinnedFaucet('eventlet==0.41.3\nfaucet==1.10.12\n', 'faucet')).toBe('1.10.12');
    expect(() => pinnedFaucet('eventlet==0.41.3\nc65faucet==1.0.106\n', 'faucet')).toThrow(
      'pin no faucet',
    );
  });
});

describe('parseBorn', () => {
  const stat = (state: string) =>
    `42 (a (b) c) ${state} 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1000 1`;

  it('reads the start time behind a name with brackets', () => {
    expect(parseBorn(stat('S'), 'boot\n')).toBe('boot/987654');
  });

  it('takes a process that waits for its parent as ended', () => {
    expect(parseBorn(stat('Z'), 'boot')).toBeUndefined();
  });

  it('knows this process and not one that cannot be', () => {
    expect(bornOf(process.pid)).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    expect(bornOf(2 ** 30)).toBeUndefined();
  });
});

describe('planDown', () => {
  it('undoes what stands on another thing first', () => {
    const process = (name: string) =>
      ({ kind: 'process', name, pid: 1, born: 'x', log: '' }) as const;
    const records = [
      process('ovsdb-server'),
      process('faucet'),
      { kind: 'mount', name: 'cgroup', path: '/sys/fs/cgroup' } as const,
      process('docker'),
      process('dovesnapd'),
      { kind: 'network', name: 'mynet', id: '1' } as const,
      process('ovs-vswitchd'),
      { kind: 'container', name: 'two', id: '2' } as const,
      { kind: 'image', name: 'busybox', id: '3' } as const,
    ];
    expect(planDown(records).map((record) => record.name)).toEqual([
      'two',
      'mynet',
      'busybox',
      'dovesnapd',
      'faucet',
      'docker',
      'cgroup',
      'ovs-vswitchd',
      'ovsdb-server',
    ]);
  });
});

describe('machine', () => {
  it('finds control groups of either version', () => {
    expect(
      hasControlGroups('proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n'),
    ).toBe(true);
    expect(hasControlGroups('cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n')).toBe(true);
    expect(hasControlGroups('tmpfs /sys/fs/cgroup tmpfs rw 0 0\n')).toBe(false);
  });

  it('reads which file a running Faucet was told to read', () => {
    expect(parseFaucetConfig('A=1\0FAUCET_CONFIG=/srv/f.yaml:/etc/f.yaml\0')).toBe('/srv/f.yaml');
    expect(parseFaucetConfig('A=1\0')).toBeUndefined();
  });

  it('chooses an address of the host beyond bridges, else the gateway', () => {
    const entry = (address: string) => ({
      address,
      family: 'IPv4' as const,
      internal: false,
      netmask: '255.255.255.0',
      mac: '02:00:00:00:00:01',
      cidr: `${address}/24`,
    });
    const interfaces = { docker0: [entry('172.17.0.1')], eth0: [entry('192.0.2.2')] };
    expect(hostAddress(interfaces, '172.18.0.1')).toBe('192.0.2.2');
    expect(hostAddress({ docker0: [entry('172.17.0.1')] }, '172.18.0.1')).toBe('172.18.0.1');
  });
});
