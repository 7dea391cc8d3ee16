import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, gatewayOf, openLab, reaches, startContainer } from './lab.ts';

const operator = `acls:
  allow-all:
    - rule: {actions: {allow: 1}}
  no-ping-request:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
dps:
  elsewhere:
    dp_id: 0xe15e
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 4000}
`;

let host: Host;

beforeAll(async () => {
  host = await openLab('policy', { faucetConfig: operator });
});

afterAll(async () => {
  await host?.close();
});

describe('nat_acl', () => {
  test('holds for what comes from the gateway, on the networks that it names', async () => {
    const natAcl = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'guarded:no-ping-request' };
    const id = await createNetwork(host, 'guarded', natAcl);
    await createNetwork(host, 'unguarded', natAcl);
    await startContainer(host, 'inside', 'guarded');
    await startContainer(host, 'outside', 'unguarded');
    expect(await reaches(host, 'inside', await gatewayOf(host, 'guarded'))).toBe(true);
    expect(await hostReaches(await addressOf(host, 'inside', 'guarded'))).toBe(false);
    expect(await hostReaches(await addressOf(host, 'outside', 'unguarded'))).toBe(true);
    expect(await statusOf(id)).toMatchObject({ NATAcl: 'guarded:no-ping-request' });
  });

  test('is refused when faucet.yaml does not define it', async () => {
    const natAcl = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.nat_acl': 'nosuch' };
    await expect(createNetwork(host, 'wrong', natAcl)).rejects.toMatchObject({
      stderr: expect.stringContaining('option ovs.bridge.nat_acl names ACL "nosuch", which is not'),
    });
  });

  test('is ignored on a flat network, and that is said in log and status', async () => {
    const id = await createNetwork(host, 'level', { 'ovs.bridge.nat_acl': 'nosuch' });
    const warning = expect.stringContaining('option ovs.bridge.nat_acl="nosuch" is ignored');
    expect(host.daemon.logs.entries).toContainEqual(expect.objectContaining({ msg: warning }));
    expect(await statusOf(id)).toMatchObject({
      NATAcl: '',
      Notes: expect.arrayContaining([warning]),
    });
  });
});

describe('ovs_local_mac', () => {
  test('is the MAC of the gateway, also after the switch was started anew', async () => {
    const options = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.ovs_local_mac': '0E:99:0:0:0:1' };
    const id = await createNetwork(host, 'named-mac', options);
    expect(await statusOf(id)).toMatchObject({ OvsLocalMac: '0e:99:00:00:00:01' });
    const mac = async () => (await host.run('cat', [macFile(id)])).stdout.trim();
    expect(await mac()).toBe('0e:99:00:00:00:01');
    await host.ovs.restart();
    expect(await mac()).toBe('0e:99:00:00:00:01');
  });
});

/** Whether one ping from the host is answered within a second. */
async function hostReaches(address: string): Promise<boolean> {
  const script = 'if busybox ping -c 1 -W 1 "$1" >/dev/null 2>&1; then echo yes; else echo no; fi';
  return (await host.run('busybox', ['sh', '-c', script, 'sh', address])).stdout.trim() === 'yes';
}

async function statusOf(networkId: string): Promise<unknown> {
  return ((await host.daemon.status('/networks')) as Readonly<Record<string, unknown>>)[networkId];
}

function macFile(networkId: string): string {
  return `/sys/class/net/odsbr${networkId.slice(0, 10)}/address`;
}
