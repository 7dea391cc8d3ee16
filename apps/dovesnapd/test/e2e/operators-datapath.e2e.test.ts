import {
  type Edit,
  editText,
  parseFaucet,
  removeInterface,
  setInterface,
} from '@dovesnap/faucet-config';
import { addPeer, type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { complaintOf } from './complaint.ts';
import { removeFleet, statusEndpoints, untilPortsRest } from './fleet.ts';
import { addressOf, createNetwork, gatewayOf, openLab, startContainer } from './lab.ts';
import { networkStatus, untilNothingNoted, untilState } from './network-status.ts';
import { hostReaches, reaches } from './reaches.ts';

/** Number of a bridge's own port in OpenFlow. */
const local = 4294967294;

const operator = `# Switches of the campus. Call Ann before you change this!
acls:
  no-ping-request:
    - rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}
    - rule: {actions: {allow: 1}}
  guard: [{rule: {actions: {allow: 1}}}]   # for later
vlans:
  office: {vid: 100, description: "1st floor"}
dps:
  lab:                       # Ann's
    dp_id: 0xAFFE
    hardware: "Open vSwitch"
    description: 'the lab, built by hand'
    timeout: 301
    interface_ranges:
      "3-4": {native_vlan: office, tagged_vlans: [7]}   # spare
    interfaces:
      1: {native_vlan: office, description: 'uplink'}
      printer:
        number: 6
        native_vlan: office
        acls_in: [guard]     # it only listens
      ${local}: {acls_in: [no-ping-request]}   # what the host may send
  elsewhere: {dp_id: 0xe15e, hardware: "Open vSwitch", interfaces: {1: {native_vlan: 4000}}}
# The end.
`;

const options = { 'ovs.bridge.mode': 'nat', 'ovs.bridge.dpid': '0xaffe' };

let host: Host;

beforeAll(async () => {
  host = await openLab('operator', { faucetConfig: operator });
});

afterAll(async () => {
  await host?.close();
});

describe('a datapath that an operator has declared', () => {
  let bridge: string;

  beforeAll(async () => {
    bridge = `odsbr${(await createNetwork(host, 'lab', options)).slice(0, 10)}`;
    await Promise.all(['aa', 'bb'].map((name) => startContainer(host, name, 'lab')));
  });

  test('takes the network in and keeps all that it has', async () => {
    expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(true);
    const dp = await labDp();
    expect(dp?.raw).toMatchObject({ description: 'the lab, built by hand', timeout: 301 });
    expect(interfaceOf(dp, 1)).toMatchObject({ nativeVlan: 'office', description: 'uplink' });
    expect(interfaceOf(dp, 6)).toMatchObject({ key: 'printer', aclsIn: ['guard'] });
    const { count } = await untilPortsRest(host, 'lab');
    const ports = (await host.ovs.vsctl('list-ports', bridge)).split('\n');
    expect(ports.filter((name) => /^ods.*000[1346][ab]$/.test(name))).toEqual([]);
    expect(ports.filter((name) => name !== '')).toHaveLength(count);
  });

  test('has the gateway under the operator’s own ACL, in the network’s VLAN', async () => {
    const gateway = await gatewayOf(host, 'lab');
    expect(await reaches(host, 'aa', gateway)).toBe(true);
    expect(await hostReaches(host, await addressOf(host, 'aa', 'lab'))).toBe(false);
    expect(interfaceOf(await labDp(), local)).toMatchObject({
      aclsIn: ['no-ping-request'],
      nativeVlan: 100,
      opstatusReconf: false,
    });
  });

  test('has the operator’s own port as he wrote it', async () => {
    const peer = await addPeer(host, {
      name: 'uplink',
      address: `${(await addressOf(host, 'aa', 'lab')).replace(/\d+$/, '200')}/16`,
    });
    const row = ['to-uplink', '--', 'set', 'interface', 'to-uplink', 'ofport_request=1'];
    await host.ovs.vsctl('add-port', bridge, ...row);
    await until(() => reaches(host, 'aa', peer.address), { what: 'the uplink' });
    await host.ovs.vsctl('del-port', bridge, 'to-uplink');
    expect(interfaceOf(await labDp(), 1)).toMatchObject({ description: 'uplink' });
  });

  test('gets free ports out of the way of a number that is declared later, and says so', async () => {
    const { faucetPorts } = await untilPortsRest(host, 'lab');
    const taken = (await statusEndpoints(host, 'lab')).map((item) => item.ofPort);
    const [range = 0, named = 0, inPlace = 0] = faucetPorts.filter(
      (ofPort) => ofPort > 6 && !taken.includes(ofPort),
    );
    const mine: Edit = setInterface('lab', inPlace, {
      description: 'mine',
      nativeVlan: 7,
      aclsIn: null,
      opstatusReconf: null,
    });
    const text = editText(await host.faucet.readConfig(), [mine]);
    const late = `      late: {number: ${named}, native_vlan: 7}\n`;
    await host.faucet.writeConfig(
      text.replace('"3-4"', `"3-4,${range}"`).replace('  elsewhere:', `${late}  elsewhere:`),
    );
    await until(
      async () => {
        const ports = await host.ovs.vsctl('list-ports', bridge);
        return ![range, named, inPlace].some((ofPort) =>
          new RegExp(`${`${ofPort}`.padStart(4, '0')}[ab]$`, 'm').test(ports),
        );
      },
      { what: 'the ports to have moved away' },
    );
    await untilPortsRest(host, 'lab');
    const dp = await until(
      async () => {
        const found = await labDp();
        return ![range, named].some((ofPort) => isOurs(interfaceOf(found, ofPort))) && found;
      },
      { what: 'faucet.yaml' },
    );
    expect(interfaceOf(dp, range)).toMatchObject({ taggedVlans: [7], key: `${range}` });
    expect(interfaceOf(dp, named)).toMatchObject({ key: 'late', nativeVlan: 7 });
    expect(interfaceOf(dp, inPlace)).toMatchObject({ description: 'mine', nativeVlan: 7 });
    const said =
      /somebody has declared .* in datapath "lab" of faucet\.yaml: moving a free port to another number/;
    await host.daemon.waitForLog(({ msg }) => said.test(`${msg}`));
    const isOver = async () => !said.test((await networkStatus(host, 'lab'))?.Notes.join() ?? '');
    await until(isOver, { what: 'the note on the declared numbers to go' });
    expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(true);
    await startContainer(host, 'cc', 'lab');
    expect(await reaches(host, 'cc', await addressOf(host, 'bb', 'lab'))).toBe(true);
    await host.docker('rm', '--force', 'cc');
    const again = editText(await host.faucet.readConfig(), [removeInterface('lab', inPlace)]);
    await host.faucet.writeConfig(again.replace(late, '').replace(/"3-4,\d+"/, '"3-4"'));
  });

  test('closes the port of a container whose number is declared later, until it is not', async () => {
    const [a] = (await statusEndpoints(host, 'lab')).filter((item) => item.container === 'aa');
    const text = await host.faucet.readConfig();
    await host.faucet.writeConfig(text.replace('"3-4"', `"3-4,${a?.ofPort}"`));
    const shown = await untilState(host, 'lab', 'aa', 'refused');
    expect(shown.Reason).toMatch(
      /the range "3-4,\d+" over number \d+ in datapath "lab".*container aa/,
    );
    expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(false);
    await host.faucet.writeConfig((await host.faucet.readConfig()).replace(/"3-4,\d+"/, '"3-4"'));
    await untilState(host, 'lab', 'aa', 'open');
    expect(await reaches(host, 'aa', await addressOf(host, 'bb', 'lab'))).toBe(true);
  });

  test('is as it was, byte for byte, when the network is removed', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    await untilState(host, 'lab', 'aa', 'open');
    await removeFleet(host, ['aa', 'bb']);
    await host.docker('network', 'rm', 'lab');
    expect(await host.faucet.readConfig()).toBe(operator);
  });

  test('is as it was also when the network is removed while Faucet is away', async () => {
    await createNetwork(host, 'lab', options);
    await untilPortsRest(host, 'lab');
    expect(await host.faucet.readConfig()).not.toBe(operator);
    await host.faucet.stop();
    try {
      await host.docker('network', 'rm', 'lab');
      expect(await host.faucet.readConfig()).toBe(operator);
    } finally {
      await host.faucet.start();
    }
  });

  test('is as it was also when the file was broken as the network was removed, once it is mended', async () => {
    await createNetwork(host, 'lab', options);
    await untilPortsRest(host, 'lab');
    const broken = (await host.faucet.readConfig()).replace('acls_in: [guard]', 'acls_in: [gurad]');
    await host.faucet.writeConfig(broken);
    await host.docker('network', 'rm', 'lab');
    expect(await host.faucet.readConfig()).toBe(broken);
    await host.faucet.writeConfig(broken.replace('[gurad]', '[guard]'));
    await until(async () => (await host.faucet.readConfig()) === operator, { what: 'the file' });
  });

  test('takes a host interface of the network in, and is as it was when it goes', async () => {
    const peer = await addPeer(host, { name: 'lan', address: '10.75.0.200/24' });
    const given = { ...options, 'ovs.bridge.add_ports': 'to-lan/40' };
    await createNetwork(host, 'lab', given, ['--subnet=10.75.0.0/24']);
    await startContainer(host, 'aa', 'lab');
    await until(() => reaches(host, 'aa', peer.address), { what: 'the host interface' });
    await untilPortsRest(host, 'lab');
    await untilNothingNoted(host, 'lab');
    await host.docker('rm', '--force', 'aa');
    await host.docker('network', 'rm', 'lab');
    expect(await host.faucet.readConfig()).toBe(operator);
  });

  test('loses what carries our mark when the switch had lost its database meanwhile', async () => {
    await createNetwork(host, 'lab', options);
    await startContainer(host, 'aa', 'lab');
    await host.daemon.stop();
    await host.ovs.wipeDatabase();
    await host.daemon.start();
    await untilState(host, 'lab', 'aa', 'open');
    await untilPortsRest(host, 'lab');
    expect(interfaceOf(await labDp(), 6)).toMatchObject({ key: 'printer', aclsIn: ['guard'] });
    await host.docker('rm', '--force', 'aa');
    await host.docker('network', 'rm', 'lab');
    // Which keys of the gateway's interface were added is what the database knew.
    const gateway = `{acls_in: [no-ping-request], native_vlan: 100, opstatus_reconf: false}`;
    expect((await host.faucet.readConfig()).replace(gateway, '{acls_in: [no-ping-request]}')).toBe(
      operator,
    );
    await host.faucet.writeConfig(operator);
  });
});

describe('a network that a datapath of faucet.yaml stands in the way of', () => {
  test.each([
    [
      'under the network’s id and another name',
      'other',
      {},
      /^dp_id 0xaffe of network other belongs to datapath "lab"/,
    ],
    [
      'under the network’s name and another id',
      'lab',
      { 'ovs.bridge.dpid': '0x7' },
      /^faucet\.yaml already has a datapath "lab" with dp_id 0xaffe, network lab has 0x7/,
    ],
    [
      'with another ACL on the gateway',
      'lab',
      { 'ovs.bridge.nat_acl': 'guard' },
      /^the gateway's interface 4294967294 of datapath "lab" in faucet\.yaml has acls_in \[no-ping-request\], option ovs\.bridge\.nat_acl is "guard"/,
    ],
  ])('%s lets nobody attach, and is not written', async (_what, name, given, reason) => {
    await createNetwork(host, name, { ...options, ...given });
    try {
      expect(await complaintOf(startContainer(host, 'bad', name))).toMatch(reason);
      const notes = (await networkStatus(host, name))?.Notes;
      expect(notes?.join()).toMatch(new RegExp(reason.source.slice(1)));
    } finally {
      await host.docker('rm', '--force', 'bad');
      await host.docker('network', 'rm', name);
    }
    expect(await host.faucet.readConfig()).toBe(operator);
  });
});

async function labDp() {
  return parseFaucet(await host.faucet.readConfig()).dps.get('lab');
}

function interfaceOf(dp: Awaited<ReturnType<typeof labDp>>, number: number) {
  return dp?.interfaces.find((item) => item.number === number);
}

function isOurs(found: ReturnType<typeof interfaceOf>): boolean {
  return found?.description === 'dovesnap';
}
