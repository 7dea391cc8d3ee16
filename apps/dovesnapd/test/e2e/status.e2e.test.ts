import { type Host, parseMetrics, type Sample, sampleValue, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, inContainer, openLab, startContainer } from './lab.ts';
import { containerStatus, networkStatus, untilNamed } from './network-status.ts';
import { externalPorts } from './other-ports.ts';
import { reaches } from './reaches.ts';
import { untilReady } from './readiness.ts';

const url = 'http://127.0.0.1:9401';

let host: Host;
let id: string;
let web: string;

beforeAll(async () => {
  host = await openLab('status');
  id = await createNetwork(
    host,
    'office',
    {
      'ovs.bridge.mode': 'routed',
      'ovs.bridge.dpid': '0xE0FFFFFFFFFFFFFF',
      'ovs.bridge.vlan': '333',
      'ovs.bridge.name': 'office0',
      'ovs.bridge.mtu': '1400',
      'ovs.bridge.preallocate_ports': '6',
      'ovs.bridge.default_acl': 'allow-all',
      'ovs.bridge.controller': 'tcp:127.0.0.1:6653',
    },
    ['--subnet=10.81.0.0/24', '--gateway=10.81.0.254'],
  );
  await createNetwork(host, 'annex', {}, ['--subnet=10.82.0.0/24']);
  web = await startContainer(host, 'web', 'office', [
    '--label=team=blue',
    '--label=dovesnap.faucet.portacl=annex:deny-all',
  ]);
  await startContainer(host, 'peer', 'annex');
});

afterAll(async () => {
  await host?.close();
});

describe('/networks', () => {
  test('shows a network in the fields of the Go driver', async () => {
    const { [id]: office } = (await host.daemon.status('/networks')) as Record<string, object>;
    expect(office).toMatchObject({
      NetworkName: 'office',
      BridgeName: 'office0',
      BridgeDpid: '0xE0FFFFFFFFFFFFFF',
      BridgeVLAN: 333,
      MTU: 1400,
      PreAllocatePorts: 6,
      Mode: 'routed',
      AddPorts: '',
      AddCoproPorts: '',
      Gateway: '10.81.0.254',
      GatewayMask: '24',
      FlatBindInterface: '',
      UseDHCP: false,
      Userspace: expect.any(Boolean),
      NATAcl: '',
      VLANOutAcl: '',
      DefaultAcl: 'allow-all',
      OvsLocalMac: expect.any(String),
      Controller: 'tcp:127.0.0.1:6653',
      DynamicNetworkStates: {
        ShortEngineId: expect.stringMatching(/^[0-9A-F]{6,}$/),
        ExternalPorts: {},
        OtherBridgePorts: {},
      },
    });
  });

  test('writes the datapath id as a bare number of all its digits', async () => {
    const { body } = await host.http(`${url}/networks`);
    expect(body).toContain(`"BridgeDpidUint":${0xe0ffffffffffffffn}`);
  });

  test('shows a container as it is', async () => {
    const mac = await inContainer(host, 'web', 'cat', '/sys/class/net/eth0/address');
    const shown = await untilNamed(host, 'office', 'web');
    expect(shown).toMatchObject({
      Name: '/web',
      Id: web,
      MacAddress: mac,
      HostIP: await addressOf(host, 'web', 'office'),
      IfName: 'eth0',
      Labels: { team: 'blue', 'dovesnap.faucet.portacl': 'annex:deny-all' },
      State: 'open',
    });
    const flows = await host.ovs.ofctl('dump-flows', 'office0', 'table=0');
    expect(flows).toMatch(new RegExp(`in_port=${shown.OFPort}\\b`));
  });

  test('shows a port that somebody else has put on the bridge', async () => {
    await host.run('ip', ['link', 'add', 'tap9', 'type', 'veth', 'peer', 'name', 'tap9-end']);
    await host.ovs.vsctl(
      'add-port',
      'office0',
      'tap9',
      '--',
      'set',
      'Interface',
      'tap9',
      'ofport_request=900',
    );
    const shown = await until(async () => (await externalPorts(host, 'office')).tap9, {
      what: 'the external port in /networks',
    });
    const mac = (await host.run('cat', ['/sys/class/net/tap9/address'])).stdout.trim();
    expect(shown).toMatchObject({ Name: 'tap9', OFPort: 900, MacAddress: mac });
    await host.ovs.vsctl('del-port', 'office0', 'tap9');
    await host.run('ip', ['link', 'delete', 'tap9']);
    await until(async () => !JSON.stringify(await networkStatus(host, 'office')).includes('tap9'), {
      what: 'the end of the external port in /networks',
    });
  });

  test('follows docker rename', async () => {
    await host.docker('rename', 'web', 'shop');
    const shown = await until(() => containerStatus(host, 'office', 'shop'), {
      what: 'the new name in /networks',
    });
    expect(shown.Id).toBe(web);
    expect(await containerStatus(host, 'office', 'web')).toBeUndefined();
    const info = (await metrics()).filter(({ name }) => name === 'dovesnap_port_info');
    expect(info.map(({ labels }) => labels.container).sort()).toEqual(['peer', 'shop']);
  });

  test('shows the new name after a restart of the daemon, too', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    await until(() => containerStatus(host, 'office', 'shop'), { what: 'the container’s name' });
  });
});

describe('a running container', () => {
  test('is connected to a second network, with the policy of its label there', async () => {
    await host.docker('network', 'connect', 'annex', 'shop');
    expect(await containerStatus(host, 'annex', 'shop')).toMatchObject({
      Id: web,
      HostIP: await addressOf(host, 'shop', 'annex'),
      State: 'open',
      Acl: 'deny-all',
    });
    expect(await reaches(host, 'shop', await addressOf(host, 'peer', 'annex'))).toBe(false);
    expect(await reaches(host, 'shop', '10.81.0.254')).toBe(true);
  });

  test('reaches both networks when nothing forbids it', async () => {
    await startContainer(host, 'both', 'office');
    await host.docker('network', 'connect', 'annex', 'both');
    expect(await reaches(host, 'both', await addressOf(host, 'peer', 'annex'))).toBe(true);
    expect(await reaches(host, 'both', '10.81.0.254')).toBe(true);
    const both = ['office', 'annex'].map((name) => untilNamed(host, name, 'both'));
    expect((await Promise.all(both)).map(({ IfName }) => IfName)).toEqual(['eth0', 'eth1']);
  });

  test('is disconnected from one network and stays on the other', async () => {
    const peer = await addressOf(host, 'peer', 'annex');
    await host.docker('network', 'disconnect', 'annex', 'both');
    expect(await containerStatus(host, 'annex', 'both')).toBeUndefined();
    expect(await containerStatus(host, 'office', 'both')).toMatchObject({ State: 'open' });
    expect(await inContainer(host, 'both', 'ls', '/sys/class/net')).toBe('eth0\nlo');
    expect(await reaches(host, 'both', peer)).toBe(false);
    expect(await reaches(host, 'both', '10.81.0.254')).toBe(true);
  });

  test('comes back to the network that it was disconnected from', async () => {
    await host.docker('network', 'connect', 'annex', 'both');
    expect(await reaches(host, 'both', await addressOf(host, 'peer', 'annex'))).toBe(true);
  });
});

describe('the other pages', () => {
  test('show networks and ports in /topology.json', async () => {
    const { bridges } = (await host.daemon.status('/topology.json')) as {
      bridges: { network: string; ports: object[] }[];
    };
    const shown = await containerStatus(host, 'office', 'shop');
    expect(bridges.map((bridge) => bridge.network).sort()).toEqual(['annex', 'office']);
    expect(bridges.find((bridge) => bridge.network === 'office')).toMatchObject({
      name: 'office0',
      mode: 'routed',
      dpid: '0xe0ffffffffffffff',
      vlan: 333,
      gateway: { address: '10.81.0.254/24', mode: 'routed' },
      ports: expect.arrayContaining([
        {
          name: 'shop',
          kind: 'container',
          mac: shown?.MacAddress,
          ip: shown?.HostIP,
          ofPort: shown?.OFPort,
          vlan: 333,
          acl: 'allow-all',
        },
      ]),
    });
  });

  test('count networks, endpoints, ports and calls in /metrics', async () => {
    const samples = await metrics();
    const value = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      sampleValue(samples, name, labels);
    expect(value('dovesnap_networks')).toBe(2);
    expect(value('dovesnap_endpoints', { network: 'office', phase: 'open' })).toBe(2);
    expect(value('dovesnap_endpoints', { network: 'annex', phase: 'open' })).toBe(3);
    expect(value('dovesnap_pool_ports', { network: 'office', state: 'used' })).toBe(2);
    expect(value('dovesnap_pool_ports', { network: 'office', state: 'free' })).toBeGreaterThan(5);
    for (const part of ['docker', 'ovs', 'faucet']) {
      expect(value('dovesnap_part_up', { part })).toBe(1);
    }
    expect(value('dovesnap_request_seconds_count', { call: 'Join' })).toBeGreaterThan(2);
    expect(value('dovesnap_request_errors_total', { call: 'Join' }) ?? 0).toBe(0);
  });

  test('say in /healthz that the daemon lives and in /readyz which part is away', async () => {
    expect(await host.daemon.status('/healthz')).toEqual({ ok: true });
    await untilReady(host);

    await host.faucet.kill();
    const away = await until(
      async () => {
        const answer = await host.http(`${url}/readyz`);
        return answer.status === 503 && JSON.parse(answer.body);
      },
      { what: 'the absence of Faucet in /readyz' },
    );
    expect(away).toMatchObject({ ready: false, away: ['faucet'] });
    expect((await host.http(`${url}/healthz`)).status).toBe(200);

    await host.faucet.start();
    await untilReady(host);
  });

  test('are not to be written to', async () => {
    const answer = await host.http(`${url}/networks`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(405);
  });
});

async function metrics(): Promise<readonly Sample[]> {
  return parseMetrics((await host.http(`${url}/metrics`)).body);
}
