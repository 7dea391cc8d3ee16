import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addressOf,
  createNetwork,
  fetchUrl,
  gatewayOf,
  inContainer,
  openLab,
  startContainer,
} from './lab.ts';
import { networkStatus, untilNothingNoted, untilState } from './network-status.ts';
import { noPingRequest, operatorConfig, rules } from './operator-config.ts';
import { hostReaches, reaches } from './reaches.ts';

const operator = operatorConfig({
  'allow-all': [rules.allow],
  ...noPingRequest,
  'out-no-ping-request': [rules.noPingRequest, rules.allow],
  'out-all': [rules.allow],
});

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
    expect(await hostReaches(host, await addressOf(host, 'inside', 'guarded'))).toBe(false);
    expect(await hostReaches(host, await addressOf(host, 'outside', 'unguarded'))).toBe(true);
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
    const warning = 'option ovs.bridge.nat_acl="nosuch" is ignored';
    await host.daemon.waitForLog(({ msg }) => `${msg}`.includes(warning));
    expect(await statusOf(id)).toMatchObject({
      NATAcl: '',
      Notes: expect.arrayContaining([expect.stringContaining(warning)]),
    });
  });
});

describe('ovs_local_mac', () => {
  test('is the MAC of the gateway, also after the switch was restarted', async () => {
    const options = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.ovs_local_mac': '0E:99:0:0:0:1' };
    const id = await createNetwork(host, 'named-mac', options);
    expect(await statusOf(id)).toMatchObject({ OvsLocalMac: '0e:99:00:00:00:01' });
    const mac = async () => (await host.run('cat', [macFile(id)])).stdout.trim();
    expect(await mac()).toBe('0e:99:00:00:00:01');
    await host.ovs.restart();
    expect(await mac()).toBe('0e:99:00:00:00:01');
  });
});

describe('vlan_out_acl', () => {
  const out = { 'ovs.bridge.vlan': '200', 'ovs.bridge.vlan_out_acl': 'out-no-ping-request' };
  const refusal = (sentence: string) => ({ stderr: expect.stringContaining(sentence) });

  test('holds for what leaves the VLAN, and costs the others hardly a ping', async () => {
    await createNetwork(host, 'running', { 'ovs.bridge.vlan': '150' });
    await Promise.all(['r1', 'r2'].map((name) => startContainer(host, name, 'running')));
    const lost = await pingsLost('r1', await addressOf(host, 'r2', 'running'), async () => {
      await createNetwork(host, 'quiet', out);
      await startContainer(host, 'q1', 'quiet');
      await startServer('q2', 'quiet');
    });
    // A datapath that starts cold without need is away for longer; on an idle machine a few of them are lost.
    expect(lost).toBeLessThan(100);
    expect(await isQuiet('q1', 'q2', 'quiet')).toBe(true);
    await host.daemon.waitForLog(
      ({ network, vlan, msg }) =>
        network === 'quiet' && vlan === 200 && `${msg}`.includes('starts cold once'),
    );
  });

  test('holds for other networks on the VLAN too, and that is said', async () => {
    await createNetwork(host, 'neighbour', { 'ovs.bridge.vlan': '200' });
    await startContainer(host, 'n1', 'neighbour');
    await startServer('n2', 'neighbour');
    expect(await isQuiet('n1', 'n2', 'neighbour')).toBe(true);
    const note =
      'ACL out-no-ping-request of network quiet is on the output of VLAN 200 and holds for every network on it';
    const said = { Notes: expect.arrayContaining([note]) };
    expect(await networkStatus(host, 'quiet')).toMatchObject({
      VLANOutAcl: 'out-no-ping-request',
      ...said,
    });
    expect(await networkStatus(host, 'neighbour')).toMatchObject({ VLANOutAcl: '', ...said });
  });

  test.each([
    ['faucet.yaml does not define it', 'nosuch', 'names ACL "nosuch", which is not in'],
    ['another network on the VLAN has another', 'out-all', 'network quiet has "out-no-ping-req'],
    [
      'it is on a port too',
      'dovesnap-allow-all',
      'Faucet crashes when an ACL is used in both places',
    ],
  ])('is refused when %s', async (_what, acl, sentence) => {
    const options = { ...out, 'ovs.bridge.vlan_out_acl': acl };
    await expect(createNetwork(host, 'refused', options)).rejects.toMatchObject(refusal(sentence));
  });

  test('is refused as the ACL of a port', async () => {
    const options = { 'ovs.bridge.default_acl': 'out-no-ping-request' };
    const sentence = 'which is on the output of VLAN 200';
    await expect(createNetwork(host, 'refused', options)).rejects.toMatchObject(refusal(sentence));
    const label = ['--label=dovesnap.faucet.portacl=out-no-ping-request'];
    const start = startContainer(host, 'refused', 'running', label);
    await expect(start).rejects.toMatchObject(refusal(sentence));
  });

  test('stays through restarts of the daemon, of Faucet and of the switch', async () => {
    const before = (await host.faucet.readConfig()).match(/^vlans:(\n .*)+/m)?.[0];
    expect(before).toContain('acls_out: ["out-no-ping-request"]');
    await host.daemon.kill();
    await host.daemon.start();
    await host.faucet.restart();
    await host.ovs.restart();
    await startContainer(host, 'q3', 'quiet');
    await untilState(host, 'quiet', 'q3', 'open');
    // The switch forwards again when Faucet has found it.
    const url = `http://${await addressOf(host, 'q2', 'quiet')}/`;
    for (const from of ['q1', 'q3']) {
      await until(() => fetchUrl(host, from, url), { what: `the server of q2 from ${from}` });
    }
    expect(await isQuiet('q3', 'q2', 'quiet')).toBe(true);
    expect(await isQuiet('q1', 'q2', 'quiet')).toBe(true);
    expect((await host.faucet.readConfig()).match(/^vlans:(\n .*)+/m)?.[0]).toBe(before);
  });

  test('is put back when someone takes it out of our entry', async () => {
    const line = '    acls_out: ["out-no-ping-request"]\n';
    const without = (await host.faucet.readConfig()).replace(line, '');
    await host.faucet.writeConfig(without);
    const isBack = async () => (await host.faucet.readConfig()).includes(line);
    await until(isBack, { what: 'the ACL on the output of the VLAN' });
  });

  test('goes with the last network that asked for it, and the others work on', async () => {
    await host.docker('rm', '--force', 'q1', 'q2', 'q3');
    await host.docker('network', 'rm', 'quiet');
    expect(await host.faucet.readConfig()).not.toContain('vlans:');
    const pings = [
      ['r1', await addressOf(host, 'r2', 'running')],
      ['n1', await addressOf(host, 'n2', 'neighbour')],
    ] as const;
    // Every datapath starts cold once more: a ping may be lost on the way.
    for (const [from, address] of pings) {
      await until(() => reaches(host, from, address), {
        what: `a ping from ${from}`,
      });
    }
    await untilNothingNoted(host, 'neighbour');
  });
});

/** Starts a container that serves its own host name over HTTP. */
async function startServer(name: string, network: string): Promise<void> {
  await startContainer(host, name, network);
  const script = 'mkdir /www && hostname > /www/index.html && httpd -h /www';
  await inContainer(host, name, 'sh', '-c', script);
}

/** Whether a server can be reached from a container, and not pinged. */
async function isQuiet(from: string, server: string, network: string): Promise<boolean> {
  const address = await addressOf(host, server, network);
  await fetchUrl(host, from, `http://${address}/`);
  return !(await reaches(host, from, address));
}

/** Pings that went unanswered, of one every hundredth of a second, while something was done. */
async function pingsLost(
  from: string,
  address: string,
  task: () => Promise<void>,
): Promise<number> {
  const script = 'ping -i 0.01 "$1" > /tmp/pings & echo $!';
  const pid = await inContainer(host, from, 'sh', '-c', script, 'sh', address);
  await task();
  await inContainer(host, from, 'kill', '-INT', pid);
  const [, sent, received] = await until(
    async () => {
      const told = await inContainer(host, from, 'tail', '-n', '4', '/tmp/pings');
      return /(\d+) packets transmitted, (\d+) packets received/.exec(told) ?? undefined;
    },
    { what: 'the sums of ping', interval: 50 },
  );
  return Number(sent) - Number(received);
}

async function statusOf(networkId: string): Promise<unknown> {
  return ((await host.daemon.status('/networks')) as Readonly<Record<string, unknown>>)[networkId];
}

function macFile(networkId: string): string {
  return `/sys/class/net/odsbr${networkId.slice(0, 10)}/address`;
}
