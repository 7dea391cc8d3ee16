import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type InterfaceModel, parseFaucet } from '@dovesnap/faucet-config';
import { addPeer, capture, diffSnapshots, type Host, snapshot, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { composeFlags, networkCommands, runCommands } from '../go-driver-commands.ts';
import { addressOf, inContainer, openLab, startContainer } from './lab.ts';
import { untilMirrorReady } from './mirror.ts';
import { containerStatus, networkStatus, untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

const graphDovesnap = fileURLToPath(
  new URL('../../../../packages/graph/dist/graph-dovesnap.js', import.meta.url),
);
const cleanupDovesnap = fileURLToPath(new URL('../../dist/cleanup.js', import.meta.url));
const internet = '4.2.2.2';

/** What the Go driver's own tests have in faucet.yaml before they make their network. */
const acls = `meters:
  lossymeter:
    meter_id: 1
    entry: {flags: "KBPS", bands: [{type: "DROP", rate: 100}]}
acls:
  ratelimitit:
  - rule: {actions: {meter: lossymeter, allow: 1}}
  allowall:
  - rule: {actions: {allow: 1}}
  denyall:
  - rule: {actions: {allow: 0}}
`;
const elsewhere = `dps:
  elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {1: {native_vlan: 4000}}}
`;
const declared = `${acls}${elsewhere}  testnet:
    dp_id: 0x1
    hardware: Open vSwitch
    interfaces:
      0xfffffffe:
        native_vlan: 100
        opstatus_reconf: false
vlans:
  10: {vid: 10}
  20: {vid: 20}
  30: {vid: 30}
  40: {vid: 40}
`;

let host: Host;

beforeAll(async () => {
  host = await openLab('godriver', {
    daemon: { args: composeFlags('odsmirrori') },
    faucetConfig: `${acls}${elsewhere}`,
  });
  const server = await addPeer(host, {
    name: 'internet',
    address: `${internet}/24`,
    hostAddress: '4.2.2.3/24',
    hostDefaultRoute: true,
  });
  await server.serveHttp(80);
  await type(`sudo ip link add odsmirrori type veth peer name odsmirroro
    sudo ip link set dev odsmirrori up
    sudo ip link set dev odsmirroro up
    sudo ip link add odsaddport1 type veth peer name odsaddport2
    sudo ip link add odsaddcoprop1 type veth peer name odsaddcoprop2`);
});

afterAll(async () => {
  await host?.close();
});

describe('the quick start of the Go driver’s README, with a faucet.yaml without its network', () => {
  afterEach(async () => {
    await type('docker rm -f testcon; docker network rm mynet');
  });

  test('gives a container a way out', async () => {
    await type(networkCommands.quickStart);
    await type(runCommands.quickStart);
    const ping = await host.spawn('sh', [
      ...['-c', shellCommand(`docker exec -t testcon ping ${internet}`)],
    ]);
    await ping.output.waitFor(({ text }) => text.includes(`bytes from ${internet}`));
    await ping.kill();
    expect(await networkStatus(host, 'mynet')).toMatchObject({
      ...{ Mode: 'nat', BridgeDpid: '0x1', BridgeDpidUint: 1, BridgeVLAN: 100 },
      Controller: 'tcp:127.0.0.1:6653,tcp:127.0.0.1:6654',
    });
  });
});

describe('the commands of the Go driver’s tests', () => {
  beforeAll(async () => {
    await host.faucet.writeConfig(declared);
    await host.faucet.reload();
  });

  afterEach(async () => {
    await type(
      'docker rm -f testcon; docker network rm $(docker network ls -q -f driver=dovesnap)',
    );
  });

  test('standalone: ACLs, ports, MACs, ports ahead of use, also after restarts', async () => {
    await type(networkCommands.standalone);
    await type(networkCommands.second);
    await restartDaemon();
    await type(runCommands.standalone);
    await host.ovs.restart();
    await untilState(host, 'testnet', 'testcon', 'open');
    // The switch forwards again when Faucet has found it.
    await until(() => reaches(host, 'testcon', internet), { what: 'a way out' });
    await expectStandalone('nat');
    await type('docker network connect test2net testcon');
    // Nothing is said of this network: its default holds.
    expect(await containerStatus(host, 'test2net', 'testcon')).toMatchObject({ Acl: 'denyall' });
  });

  test('routed: the same without a masquerade', async () => {
    await type(networkCommands.routed);
    await restartDaemon();
    await type(runCommands.standalone);
    await expectStandalone('routed');
    const gateway = "docker inspect testnet --format '{{(index .IPAM.Config 0).Gateway}}'";
    expect(await type(`docker exec -t testcon ping -c 3 $(${gateway})`)).toContain(
      ' 0% packet loss',
    );
  });

  test('ports: an added one and a coprocessor under the numbers that were asked for', async () => {
    await type(networkCommands.coprocessor);
    const ports = await untilInterfaces(777, 888);
    expect(ports.get(888)).toMatchObject({ nativeVlan: 100 });
    expect(ports.get(777)?.raw).toMatchObject({ coprocessor: { strategy: 'vlan_vid' } });
  });

  test('vlans: each added port on its own', async () => {
    const names = [1, 2, 3].map((number) => `odstest${number}`);
    await type(names.map((name) => `ip link add ${name} type veth peer ${name}-peer`).join('\n'));
    await type(networkCommands.vlans);
    const ports = await untilInterfaces(1, 2, 3);
    expect([1, 2, 3].map((number) => ports.get(number)?.nativeVlan)).toEqual([20, 30, 40]);
    await type(runCommands.mirror);
    await untilState(host, 'testnet', 'testcon', 'open');
  });

  test.each(['mirror', 'mirrorEverywhere'] as const)(
    '%s: copies of what a container sends',
    async (run) => {
      await type(networkCommands.mirror);
      await untilMirrorReady(host, 'testnet');
      await restartDaemon();
      await type(runCommands[run]);
      await untilOpen();
      const seen = await capture(host, 'odsmirroro', { filter: 'vlan and tcp' });
      await type(`docker exec -t testcon wget -O/dev/null http://${internet}`);
      expect((await seen.stop()).length).toBeGreaterThan(0);
      const mac = await inContainer(host, 'testcon', 'cat', '/sys/class/net/eth0/address');
      if (run === 'mirror') expect(mac).toBe('0e:99:00:00:00:07');
      expect(await containerStatus(host, 'testnet', 'testcon')).toMatchObject({ Mirrored: true });
    },
  );

  test('graph_dovesnap: a PNG named after what it is told', async () => {
    await type(networkCommands.quickStart.replace('mynet', 'testnet'));
    await startContainer(host, 'testcon', 'testnet');
    await host.run(process.execPath, [graphDovesnap, '-o', '/run/dovesnapviz']);
    const png = await readFile(host.path('/run/dovesnapviz.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });
});

describe('cleanup_dovesnap', () => {
  test('ends the containers on the driver’s networks and removes these, and nothing else', async () => {
    // The mirror, which is the daemon's as long as it runs, is there when a network has nothing to say about it.
    await type('docker network create first -d dovesnap');
    await untilMirrorReady(host, 'first');
    await type('docker network rm first');
    // Docker has some tables of its firewall from its first container on.
    await startContainer(host, 'bystander', 'bridge');
    await type('docker rm -f bystander');
    const before = await snapshot(host);
    await type(networkCommands.mirror);
    await type(networkCommands.second.replace('-o ovs.bridge.vlan_out_acl=allowall', ''));
    await startContainer(host, 'testcon', 'testnet', ['--restart=always']);
    await type('docker network connect test2net testcon');
    await startContainer(host, 'short', 'test2net', ['--rm']);
    await startContainer(host, 'bystander', 'bridge');
    const said = (await clean()).split('\n');
    expect(said).toContain('network testnet has been removed');
    expect(said).toContain('network test2net has been removed');
    expect(await type('docker ps --format {{.Names}}')).toBe('bystander\n');
    await type('docker rm -f bystander testcon');
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
    expect(await clean()).toBe('there is no dovesnap network\n');
  });
});

async function clean(): Promise<string> {
  const environment = ['DOCKER_HOST=unix:///run/docker.sock', process.execPath, cleanupDovesnap];
  return (await host.run('env', environment)).stdout;
}

/** What the Go driver's tests look for, and what their options say besides. */
async function expectStandalone(mode: string): Promise<void> {
  await untilOpen();
  expect(await networkStatus(host, 'testnet')).toMatchObject({
    ...{ Mode: mode, PreAllocatePorts: 10, DefaultAcl: 'denyall', VLANOutAcl: 'allowall' },
    ...{ AddPorts: 'odsaddport1/888/denyall', OvsLocalMac: '0e:01:00:00:00:23' },
  });
  await until(async () => Number((await networkStatus(host, 'testnet'))?.FreePlainPorts) >= 10, {
    what: 'ten ports ahead of use',
  });
  expect(await type('docker exec -t testcon ifconfig eth0')).toMatch(/HWaddr 0E:99/i);
  expect(await type('ip link')).toContain('0e:01:00:00:00:23');
  expect(await containerStatus(host, 'testnet', 'testcon')).toMatchObject({
    ...{ Acl: 'ratelimitit', State: 'open', HostIP: await addressOf(host, 'testcon', 'testnet') },
  });
  if (mode === 'nat') await type(`docker exec -t testcon wget -O/dev/null http://${internet}`);
  expect((await untilInterfaces(888)).get(888)).toMatchObject({ aclsIn: ['denyall'] });
}

/** The interfaces of the network's datapath in faucet.yaml, by number. */
async function interfaces(): Promise<ReadonlyMap<number | undefined, InterfaceModel>> {
  const dp = parseFaucet(await host.faucet.readConfig()).dps.get('testnet');
  return new Map(dp?.interfaces.map((port) => [port.number, port]));
}

/** The same, when numbers are among them: a new network's datapath comes when Docker has told the network's name. */
async function untilInterfaces(...numbers: readonly number[]): ReturnType<typeof interfaces> {
  return until(
    async () => {
      const found = await interfaces();
      return numbers.every((number) => found.has(number)) && found;
    },
    { what: `ports ${numbers.join()} in faucet.yaml` },
  );
}

/** A daemon has just started and Faucet loads twice: that may take longer than an attach waits. */
async function untilOpen(): Promise<void> {
  await untilState(host, 'testnet', 'testcon', 'open');
}

async function restartDaemon(): Promise<void> {
  await host.daemon.stop();
  await host.daemon.start();
}

/** Types commands into a shell on the host, where root is. */
async function type(text: string): Promise<string> {
  return (await host.run('sh', ['-ec', shellCommand(text)])).stdout;
}

function shellCommand(text: string): string {
  const environment = 'PATH=/usr/bin:/usr/sbin:/bin:/sbin DOCKER_HOST=unix:///run/docker.sock';
  return `export ${environment}\nsudo() { "$@"; }\n${text}`;
}
