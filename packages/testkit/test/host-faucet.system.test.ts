import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, openHost, sampleValue, until } from '../src/index.ts';

let host: Host;
let startedWithin = 0;

/** A datapath with two ports, to stand beside the operator's part of the file. */
const datapath = `
  lab:
    dp_id: 0x1ab
    hardware: Open vSwitch
    interfaces:
      1: {native_vlan: 100}
      2: {native_vlan: 100}
`;

beforeAll(async () => {
  const started = performance.now();
  host = await openHost({ name: 'whole' });
  await Promise.all([
    host.startOvs(),
    host.startDocker(),
    host.startFaucet().then(() => host.startGauge()),
  ]);
  startedWithin = performance.now() - started;
});

afterAll(async () => {
  await host.close();
});

/** Attaches the ends of two veth pairs, the other ends in namespaces of containers without any network. */
async function attach(index: number): Promise<string> {
  const id = await host.docker('run', '--detach', '--network=none', 'busybox', 'sleep', '1000');
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', id);
  const link = `veth${index}`;
  await host.run('ip', [
    ...['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid],
  ]);
  await host.run('ip', ['link', 'set', link, 'up']);
  const inside = ['--target', pid, '--net', '--'];
  await host.run('nsenter', [
    ...inside,
    'ip',
    'address',
    'add',
    `10.1.0.${index}/24`,
    'dev',
    'eth0',
  ]);
  await host.run('nsenter', [...inside, 'ip', 'link', 'set', 'eth0', 'up']);
  const port = ['--', 'set', 'Interface', link, `ofport_request=${index}`];
  await host.ovs.vsctl('add-port', 'lab', link, ...port);
  return id;
}

describe('a whole host', () => {
  test('starts in seconds', () => {
    expect(startedWithin).toBeLessThan(15_000);
  });

  test('carries frames between containers when Faucet has programmed its switch', async () => {
    await host.ovs.vsctl(
      ...['add-br', 'lab', '--', 'set', 'Bridge', 'lab', 'datapath_type=netdev'],
      ...['fail_mode=secure', 'other_config:datapath-id=00000000000001ab'],
    );
    await host.faucet.writeConfig(`${await host.faucet.readConfig()}${datapath.slice(1)}`);
    await Promise.all([host.faucet.reload(), host.gauge.reload()]);
    const [one] = await Promise.all([attach(1), attach(2)]);
    await host.ovs.vsctl('set-controller', 'lab', 'tcp:127.0.0.1:6653', 'tcp:127.0.0.1:6654');
    await until(
      async () => {
        const samples = await host.faucet.metrics('dp_status', 'port_status');
        const up = (port: string): boolean =>
          sampleValue(samples, 'port_status', { dp_name: 'lab', port }) === 1;
        return sampleValue(samples, 'dp_status', { dp_name: 'lab' }) === 1 && up('1') && up('2');
      },
      { what: 'Faucet having both ports up' },
    );
    const reply = await host.docker('exec', one ?? '', 'ping', '-c', '1', '-w', '10', '10.1.0.2');
    expect(reply).toContain('bytes from 10.1.0.2');
    expect(await host.ovs.ofctl('dump-flows', 'lab')).toContain('in_port=1');
  });

  test('has a Gauge that counts what the switch carries', async () => {
    const labels = { dp_name: 'lab', port: '1' };
    const packets = await until(
      async () => sampleValue(await host.gauge.metrics(), 'of_port_rx_packets', labels),
      { what: 'the packet counter of port 1', interval: 50 },
    );
    expect(packets).toBeGreaterThan(0);
  });

  test('keeps its switch forwarding while Faucet is killed and started again', async () => {
    await host.faucet.kill();
    expect(host.faucet.running).toBe(false);
    await expect(host.faucet.metrics()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(await host.ovs.ofctl('dump-flows', 'lab')).toContain('in_port=1');
    await host.faucet.start();
    expect(sampleValue(await host.faucet.metrics(), 'faucet_config_load_error')).toBe(0);
    expect(await host.faucet.log()).toContain('Add new datapath');
  });
});
