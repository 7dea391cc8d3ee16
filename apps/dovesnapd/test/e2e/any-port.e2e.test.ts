import { parseFaucet } from '@dovesnap/faucet-config';
import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus } from './network-status.ts';
import { type ExternalPortStatus, externalPorts, statusOf } from './other-ports.ts';
import { reaches } from './reaches.ts';

const huge = 'y'.repeat(100_000);
const manyAcls = Array.from({ length: 10_000 }, (_, index) => `acl${index}`).join(',');
const odd = [
  'space in it',
  'ünïcode ☃',
  'turned\u202eround',
  '__proto__',
  '<b>&{}',
  'l'.repeat(300),
];

let host: Host;
let bridge: string;
let networkId: string;

beforeAll(async () => {
  host = await openLab('kinds');
  networkId = await createNetwork(host, 'lab', {}, ['--subnet=10.70.0.0/24']);
  bridge = `odsbr${networkId.slice(0, 10)}`;
  await startContainer(host, 'box', 'lab');
  await untilPortsRest(host, 'lab');
  for (const pair of [
    ['b1', 'b1x'],
    ['b2', 'b2x'],
    ['moves', 'movesx'],
    [`ods${networkId.slice(0, 7)}0500a`, 'likeours'],
  ]) {
    await host.run('ip', [
      'link',
      'add',
      `${pair[0]}`,
      'type',
      'veth',
      'peer',
      'name',
      `${pair[1]}`,
    ]);
  }
  await host.run('ip', ['tuntap', 'add', 'tap0', 'mode', 'tap']);
  const theirs = ['theirs', '--', 'set', 'bridge', 'theirs', 'datapath_type=netdev'];
  await host.ovs.vsctl('add-br', ...theirs);
});

afterAll(async () => {
  await host?.close();
});

/** `ovs-vsctl` tells what Open vSwitch makes of a row, and ends with 1 then: `--no-wait` leaves that to the row. */
function add(name: string, columns: readonly string[]): Promise<string> {
  const set = columns.length === 0 ? [] : ['--', 'set', 'interface', name, ...columns];
  return host.ovs.vsctl('--no-wait', 'add-port', bridge, name, ...set);
}

function remove(name: string): Promise<string> {
  return host.ovs.vsctl('--no-wait', 'del-port', bridge, name);
}

async function untilShown(name: string, state: string): Promise<Partial<ExternalPortStatus>> {
  return until(
    async () => {
      const { ExternalPorts, OtherBridgePorts } = (await statusOf(host, 'lab'))
        .DynamicNetworkStates;
      const shown = Object.entries({ ...ExternalPorts, ...OtherBridgePorts });
      const port = shown.find(([key]) => key === name)?.[1] as ExternalPortStatus | undefined;
      if (port?.State === state) return port;
      throw new Error(`it is ${port?.State}: ${port?.Reason}`);
    },
    { what: `port ${name} to be ${state}`, interval: 20 },
  );
}

async function untilGone(name: string, ofPort: number | undefined): Promise<void> {
  const isShown = async () => {
    const { ExternalPorts, OtherBridgePorts } = (await statusOf(host, 'lab')).DynamicNetworkStates;
    return Object.keys({ ...ExternalPorts, ...OtherBridgePorts }).includes(name);
  };
  await until(async () => !(await isShown()), { what: `port ${name} to be gone` });
  if (ofPort === undefined) return;
  await until(async () => !(await faucetNumbers()).includes(ofPort), { what: 'faucet.yaml' });
}

async function faucetNumbers(): Promise<readonly (number | undefined)[]> {
  const dp = parseFaucet(await host.faucet.readConfig()).dps.get('lab');
  return (dp?.interfaces ?? []).map((item) => item.number);
}

/** A container that comes now is attached, and those that were there are as they were. */
async function expectAttaching(): Promise<void> {
  try {
    await startContainer(host, 'new', 'lab');
    expect(await reaches(host, 'new', await addressOf(host, 'box', 'lab'))).toBe(true);
  } finally {
    await host.docker('rm', '--force', 'new');
  }
  expect(host.daemon.running).toBe(true);
  const failures = host.daemon.logs.entries.filter(({ level }) => level === 'error');
  expect(failures).toEqual([]);
}

describe('a port that can be in the network', () => {
  test.each<[string, string, readonly string[]]>([
    ['a tap', 'tap0', []],
    ['a tap of the switch’s own', 'owntap', ['type=tap']],
    ['an internal port', 'inner', ['type=internal']],
    ['a VXLAN tunnel', 'vx', ['type=vxlan', 'options:remote_ip=127.0.0.2']],
    ['a Geneve tunnel', 'gen', ['type=geneve', 'options:remote_ip=127.0.0.3']],
    ['a GRE tunnel', 'gre', ['type=gre', 'options:remote_ip=127.0.0.4']],
    ['a patch port whose peer is missing', 'half', ['type=patch', 'options:peer=nowhere']],
    ['one that asks for a container’s number', 'asks', ['type=internal', 'ofport_request=1']],
    ['one that asks for no number', 'asksnot', ['type=internal', 'ofport_request=[]']],
    ['one that is named like ours', '', []],
    ['one with much to say', 'much', ['type=internal', `external_ids:much=${huge}`]],
    ['one with odd keys', 'keys', ['type=internal', 'external_ids:"\\"__proto__ ☃\\""=1']],
  ])('is, and goes again: %s', async (_what, given, columns) => {
    const name = given === '' ? `ods${networkId.slice(0, 7)}0500a` : given;
    const since = host.daemon.logs.entries.length;
    await add(name, columns);
    const { OFPort } = await untilShown(name, 'open');
    await until(async () => (await faucetNumbers()).includes(OFPort), { what: 'faucet.yaml' });
    await remove(name);
    await untilGone(name, OFPort);
    const warnings = host.daemon.logs.entries.slice(since).filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([]);
  });

  test.each(odd)('is under any name: %j', async (name) => {
    await add(name, ['type=vxlan', `options:remote_ip=127.1.0.${1 + odd.indexOf(name)}`]);
    const { OFPort } = await untilShown(name, 'open');
    for (const path of ['/topology.svg', '/topology.json', '/metrics']) {
      expect((await host.http(`http://127.0.0.1:9401${path}`)).status).toBe(200);
    }
    await remove(name);
    await untilGone(name, OFPort);
  });

  test('is whatever its tag and trunks are: they are for forwarding without a controller', async () => {
    await add('tagged', ['type=internal']);
    const { OFPort } = await untilShown('tagged', 'open');
    const columns = ['tag=7', 'trunks=1,2,3', 'vlan_mode=native-tagged', 'protected=true'];
    await host.ovs.vsctl('set', 'port', 'tagged', ...columns);
    await startContainer(host, 'later', 'lab');
    expect(await untilShown('tagged', 'open')).toMatchObject({ OFPort, Vlan: 100 });
    expect(await host.ovs.vsctl('get', 'port', 'tagged', 'tag', 'trunks')).toBe('7\n[1, 2, 3]\n');
    await host.docker('rm', '--force', 'later');
    await remove('tagged');
    await untilGone('tagged', OFPort);
  });

  test('is a patch port, and where it leads is shown', async () => {
    const peer = ['add-port', 'theirs', 'p1', '--', 'set', 'interface', 'p1', 'type=patch'];
    await host.ovs.vsctl('--no-wait', ...peer, 'options:peer=p0');
    await add('p0', ['type=patch', 'options:peer=p1']);
    expect(await untilShown('p0', 'open')).toMatchObject({
      Name: 'p0',
      PeerName: 'p1',
      PeerBridgeName: 'theirs',
    });
    const picture = JSON.parse((await host.http('http://127.0.0.1:9401/topology.json')).body);
    expect(picture.links).toContainEqual(expect.objectContaining({ kind: 'patch' }));
    await remove('p0');
    await untilGone('p0', undefined);
  });

  test('is in it no more when it moves to another bridge, and again when it comes back', async () => {
    const move = (from: string, to: string) =>
      host.ovs.vsctl('del-port', from, 'moves', '--', 'add-port', to, 'moves');
    await add('moves', []);
    const { OFPort } = await untilShown('moves', 'open');
    await move(bridge, 'theirs');
    await untilGone('moves', OFPort);
    await move('theirs', bridge);
    await untilShown('moves', 'open');
    await remove('moves');
    await untilGone('moves', OFPort);
  });

  test('keeps no container from attaching', expectAttaching);
});

describe('a port that cannot be in the network', () => {
  test.each<[string, string, readonly string[], RegExp]>([
    [
      'under an ACL of 100 kB',
      'bigacl',
      policy('faucet.portacl', huge),
      /^ACL "y{80}\.\.\." is not/,
    ],
    [
      'under ten thousand ACLs',
      'acls',
      policy('faucet.portacl', `"${manyAcls}"`),
      /^ACL "acl0" is/,
    ],
    [
      'on no VLAN that there is',
      'vlan',
      policy('vlan', '4095'),
      /vlan cannot be "4095": accepted is/,
    ],
    [
      'on a VLAN of 100 kB',
      'bigvlan',
      policy('vlan', '9'.repeat(100_000)),
      /vlan cannot be "9{80}\.\.\."/,
    ],
    ['on a VLAN in words', 'words', policy('vlan', 'twenty'), /vlan cannot be "twenty"/],
    ['mirrored perhaps', 'maybe', policy('faucet.mirror', 'perhaps'), /mirror cannot be "perhaps"/],
    [
      'mirrored 100 kB',
      'bigmirror',
      policy('faucet.mirror', huge),
      /mirror cannot be "y{80}\.\.\."/,
    ],
    [
      'under an ACL that cannot be read',
      'badacl',
      policy('faucet.portacl', 'a/b'),
      /"a\/b": accepted/,
    ],
  ])('says why, and goes again: %s', async (_what, name, columns, reason) => {
    await add(name, columns);
    const { Reason } = await untilShown(name, 'closed');
    expect(Reason).toMatch(reason);
    const note = `port ${name} is kept out of the network: ${Reason}`;
    expect((await networkStatus(host, 'lab'))?.Notes).toContain(note);
    await host.daemon.waitForLog(({ msg }) => msg === note);
    await remove(name);
    await untilGone(name, undefined);
    expect((await networkStatus(host, 'lab'))?.Notes).not.toContain(note);
  });

  test.each<[string, string, readonly string[], RegExp]>([
    ['without a device', 'nodevice', [], /No such device/],
    ['of no type that there is', 'strange', ['type=nonsense'], /network device strange/],
    ['of DPDK, without DPDK', 'dpdk0', ['type=dpdk', 'options:dpdk-devargs=0000:01:00.0'], /dpdk0/],
    ['of a patch without a peer', 'lonely', ['type=patch'], /peer/],
    ['with a name that is no device’s', 'a/b', ['type=internal'], /./],
  ])('is only said to be there: %s', async (_what, name, columns, reason) => {
    const start = `port ${name} is kept out of the network: `;
    const said = async () =>
      (await networkStatus(host, 'lab'))?.Notes.find((note) => note.startsWith(start));
    await add(name, columns);
    const note = await until(said, { what: `a note on ${name}` });
    expect(note.slice(start.length)).toMatch(reason);
    await remove(name);
    await until(async () => (await said()) === undefined, { what: `no note on ${name}` });
  });

  test('says why, and goes again: a bond', async () => {
    await host.ovs.vsctl('add-bond', bridge, 'bond', 'b1', 'b2');
    expect((await untilShown('bond', 'closed')).Reason).toContain('a bond of 2 interfaces');
    await host.ovs.vsctl('del-port', bridge, 'bond');
    await untilGone('bond', undefined);
  });

  test('keeps no container from attaching', expectAttaching);
});

test('a port with the mark of ours and nothing behind it is left alone', async () => {
  const ids = ['engine=x', `network=${networkId}`, 'acls=""', 'endpoint="{"'];
  const marked = ids.map((item) => `external_ids:dovesnap.${item}`);
  await add('marked', ['type=internal', ...marked]);
  await add(`ods${networkId.slice(0, 7)}0600a`, [
    'type=vxlan',
    'options:remote_ip=127.0.0.9',
    ...marked,
  ]);
  await expectAttaching();
  await host.daemon.kill();
  await host.daemon.start();
  await until(async () => (await networkStatus(host, 'lab'))?.FreePorts, { what: 'the network' });
  await expectAttaching();
  expect(await externalPorts(host, 'lab')).toEqual({});
});

/** The columns of an internal port whose row asks for a policy. */
function policy(key: string, value: string): readonly string[] {
  return ['type=internal', `external_ids:dovesnap.${key}=${value}`];
}
