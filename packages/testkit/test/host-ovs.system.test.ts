import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, openHost } from '../src/index.ts';

let host: Host;

beforeAll(async () => {
  host = await openHost({ name: 'switch' });
  await host.startOvs();
});

afterAll(async () => {
  await host.close();
});

const links = async (): Promise<string> => (await host.run('ip', ['-brief', 'link'])).stdout;

const addresses = async (): Promise<string> =>
  (await host.run('ip', ['-brief', 'address', 'show', 'dev', 'lab'])).stdout;

describe('the switch of a host', () => {
  test('makes a bridge and its local device', async () => {
    await host.ovs.vsctl('add-br', 'lab', '--', 'set', 'Bridge', 'lab', 'datapath_type=netdev');
    expect(await links()).toMatch(/^lab /m);
  });

  test('keeps the local device and its address over a kill and over a restart', async () => {
    await host.run('ip', ['address', 'add', '10.1.0.1/24', 'dev', 'lab']);
    await host.ovs.killSwitch();
    expect(await addresses()).toContain('10.1.0.1/24');
    await host.ovs.start();
    await host.ovs.restart();
    expect(await host.ovs.vsctl('list-br')).toBe('lab\n');
    expect(await addresses()).toContain('10.1.0.1/24');
  });

  test('loses the device in a clean-up, and recreates it from its database', async () => {
    await host.ovs.stop({ cleanup: true });
    expect(await links()).not.toMatch(/^lab /m);
    await host.ovs.start();
    expect(await host.ovs.vsctl('list-br')).toBe('lab\n');
    expect(await addresses()).not.toContain('10.1.0.1');
  });

  test('has an empty database after a wipe', async () => {
    await host.ovs.wipeDatabase();
    expect(await host.ovs.vsctl('list-br')).toBe('');
  });

  test('is unreachable while it is stopped', async () => {
    await host.ovs.stop();
    await expect(host.run('ovs-vsctl', ['--timeout=1', 'show'])).rejects.toMatchObject({
      code: 'EXIT',
    });
    await host.ovs.start();
    expect(await host.ovs.vsctl('list-br')).toBe('');
  });
});
