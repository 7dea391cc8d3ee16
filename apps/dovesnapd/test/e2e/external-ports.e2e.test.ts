import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { addPeer, type Host, type Peer, patient, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { noPingRequest, operatorConfig } from './operator-config.ts';
import { externalPorts, statusOf } from './other-ports.ts';
import { peerReaches, reaches } from './reaches.ts';

const operator = operatorConfig(noPingRequest);

/** As virsh of libvirt 9.0.0 answers; it knows one machine with one tap. */
const virsh = `#!/bin/sh
case "$*" in
  '--readonly list --name') printf 'desktop\\n\\n' ;;
  '--readonly domiflist --domain desktop')
    printf ' Interface   Type     Source   Model    MAC\\n'
    printf -- '-----------------------------------------------------\\n'
    printf ' vnet0       bridge   br0      virtio   52:54:00:6b:3c:58\\n\\n' ;;
  *) exit 1 ;;
esac
`;

let host: Host;
let bridge: string;

beforeAll(async () => {
  const env = { PATH: `/run/stand-ins:${process.env.PATH}` };
  host = await openLab('external', { faucetConfig: operator, daemon: { env } });
  await mkdir(host.path('/run/stand-ins'));
  await writeFile(host.path('/run/stand-ins/virsh'), virsh);
  await chmod(host.path('/run/stand-ins/virsh'), 0o755);
  const id = await createNetwork(host, 'lab', {}, ['--subnet=10.70.0.0/24']);
  bridge = `odsbr${id.slice(0, 10)}`;
  await startContainer(host, 'box', 'lab');
});

afterAll(async () => {
  await host?.close();
});

describe('a port that somebody adds with ovs-vsctl', () => {
  let peer: Peer;

  beforeAll(async () => {
    peer = await addPeer(host, { name: 'guest', address: '10.70.0.200/24' });
  });

  test('is in the network within a second, and shown', async () => {
    await host.ovs.vsctl('add-port', bridge, 'to-guest');
    const startedAt = Date.now();
    const number = Number(await host.ovs.vsctl('get', 'interface', 'to-guest', 'ofport'));
    await until(() => faucetHas(number), { what: 'the port in faucet.yaml' });
    expect(Date.now() - startedAt).toBeLessThan(patient(1000));
    await untilReached(peer.address);
    const port = (await externalPorts(host, 'lab'))['to-guest'];
    expect(port).toMatchObject({ Kind: 'external', Vlan: 100, Acl: 'dovesnap-allow-all' });
    expect(port?.OFPort).toBe(number);
    const picture = (await host.http('http://127.0.0.1:9401/topology.dot')).body;
    expect(picture).toContain('to-guest');
  });

  test('is no way round the switch to the host', async () => {
    await host.run('ip', ['address', 'add', '10.71.0.1/24', 'dev', 'to-guest']);
    await peer.run('ip', ['address', 'add', '10.71.0.2/24', 'dev', 'eth0']);
    expect(await peerReaches(peer, '10.71.0.1')).toBe(false);
  });

  test('has the ACL and the VLAN of its own row, as soon as the row says so', async () => {
    const inside = await addressOf(host, 'box', 'lab');
    expect(await peerReaches(peer, inside)).toBe(true);
    await setRow('dovesnap.faucet.portacl', 'no-ping-request');
    await untilRow({ Acl: 'no-ping-request' });
    await until(async () => !(await peerReaches(peer, inside)), {
      what: 'the ACL of the row',
    });
    // While Faucet puts an ACL in force nothing passes; then it does one way only.
    await untilReached(peer.address);
    expect(await peerReaches(peer, inside)).toBe(false);
    await setRow('dovesnap.vlan', '20');
    await untilRow({ Vlan: 20 });
    await until(async () => !(await reaches(host, 'box', peer.address)), {
      what: 'the VLAN of the row',
    });
    await host.ovs.vsctl('remove', 'interface', 'to-guest', 'external_ids', 'dovesnap.vlan');
    await untilReached(peer.address);
  });

  test('is closed under an ACL that is unknown or cannot be read, and that is said', async () => {
    await setRow('dovesnap.faucet.portacl', 'nosuch');
    await untilPort('to-guest', 'closed');
    await until(async () => !(await reaches(host, 'box', peer.address)), {
      what: 'the port to be closed',
    });
    const note = 'port to-guest is kept out of the network: ACL "nosuch" is not in faucet.yaml';
    expect((await statusOf(host, 'lab')).Notes).toContain(note);
    await host.daemon.waitForLog(({ msg }) => msg === note);
    await host.ovs.vsctl(
      'remove',
      'interface',
      'to-guest',
      'external_ids',
      'dovesnap.faucet.portacl',
    );
    await untilReached(peer.address);
    expect((await statusOf(host, 'lab')).Notes).not.toContain(note);
  });

  test('says that there is nowhere to mirror it to', async () => {
    await setRow('dovesnap.faucet.mirror', 'true');
    await until(
      async () =>
        (await statusOf(host, 'lab')).Notes.some((note) => note.includes('--mirror_bridge_out')),
      { what: 'the note on the mirror' },
    );
  });

  test('is still in the network after the daemon was restarted', async () => {
    await host.daemon.kill();
    await host.daemon.start();
    await untilPort('to-guest', 'open');
    expect(await reaches(host, 'box', peer.address)).toBe(true);
  });

  test('leaves Faucet, and is the host’s again, when it goes', async () => {
    const { OFPort } = (await externalPorts(host, 'lab'))['to-guest'] ?? { OFPort: 0 };
    await host.ovs.vsctl('del-port', bridge, 'to-guest');
    await until(async () => !(await faucetHas(OFPort)), { what: 'faucet.yaml' });
    expect(await externalPorts(host, 'lab')).not.toHaveProperty('to-guest');
    expect(await peerReaches(peer, '10.71.0.1')).toBe(true);
  });

  test('leaves Faucet also when it goes while the daemon is away', async () => {
    await host.ovs.vsctl('add-port', bridge, 'to-guest');
    await untilReached(peer.address);
    const { OFPort } = (await externalPorts(host, 'lab'))['to-guest'] ?? { OFPort: 0 };
    expect(await faucetHas(OFPort)).toBe(true);
    await host.daemon.kill();
    await host.ovs.vsctl('del-port', bridge, 'to-guest');
    await host.daemon.start();
    await until(async () => !(await faucetHas(OFPort)), { what: 'faucet.yaml' });
    await until(async () => await peerReaches(peer, '10.71.0.1'), {
      what: 'the interface of the host',
    });
  });

  function setRow(key: string, value: string): Promise<string> {
    return host.ovs.vsctl('set', 'interface', 'to-guest', `external_ids:${key}=${value}`);
  }

  async function untilRow(wanted: Readonly<Record<string, unknown>>): Promise<void> {
    const [[key = '', value] = []] = Object.entries(wanted);
    const shown = async () =>
      Object.entries((await externalPorts(host, 'lab'))['to-guest'] ?? {}).some(
        ([name, item]) => name === key && item === value,
      );
    await until(async () => await shown(), { what: `${key} ${value}` });
  }
});

test('a tap of libvirt is named after its virtual machine', async () => {
  await host.run('ip', ['link', 'add', 'vnet0', 'type', 'veth', 'peer', 'name', 'inside']);
  await host.ovs.vsctl('add-port', bridge, 'vnet0');
  const machine = async () => (await externalPorts(host, 'lab')).vnet0?.VirtualMachine;
  await until(async () => (await machine()) === 'desktop', { what: 'the machine' });
  const { OFPort } = (await externalPorts(host, 'lab')).vnet0 ?? { OFPort: 0 };
  await until(async () => (await host.faucet.readConfig()).includes('desktop'), {
    what: 'its name in faucet.yaml',
  });
  expect(await faucetHas(OFPort)).toBe(true);
  expect((await host.http('http://127.0.0.1:9401/topology.dot')).body).toContain('desktop');
});

test('a number that another port has is left alone when the pool grows', async () => {
  const numbers = await host.ovs.vsctl('--bare', '--columns=ofport', 'list', 'interface');
  const next =
    Math.max(
      ...numbers
        .split(/\s+/)
        .map(Number)
        .filter((item) => item < 4093),
    ) + 1;
  await host.run('ip', ['link', 'add', 'claims', 'type', 'veth', 'peer', 'name', 'claimed']);
  const row = ['claims', '--', 'set', 'interface', 'claims', `ofport_request=${next}`];
  await host.ovs.vsctl('add-port', bridge, ...row);
  await untilPort('claims', 'open');
  const names = Array.from({ length: 8 }, (_, index) => `many${index}`);
  await Promise.all(names.map((name) => startContainer(host, name, 'lab')));
  // Those whose ports are built last may have none of their time left when they are attached.
  for (const name of names) await untilState(host, 'lab', name, 'open');
  const box = await addressOf(host, 'box', 'lab');
  const answers = await Promise.all(names.map((name) => reaches(host, name, box)));
  expect(answers).not.toContain(false);
  expect((await externalPorts(host, 'lab')).claims).toMatchObject({ OFPort: next, State: 'open' });
});

async function untilPort(name: string, state: string): Promise<void> {
  await until(async () => (await externalPorts(host, 'lab'))[name]?.State === state, {
    what: `port ${name} to be ${state}`,
    interval: 20,
  });
}

async function untilReached(address: string): Promise<void> {
  await until(async () => await reaches(host, 'box', address), {
    what: `${address} from the container`,
  });
}

async function faucetHas(ofPort: number): Promise<boolean> {
  return new RegExp(`^ +${ofPort}:`, 'm').test(await host.faucet.readConfig());
}
