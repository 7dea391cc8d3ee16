import { readFile } from 'node:fs/promises';
import { addPeer, type Host, type Peer, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

/** Sends frames of one station that nobody has seen before, as fast as it goes. */
const flood = `import socket, sys
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
frame = bytes.fromhex("0e00000000aa" + "0e00000000bb" + "88b5") + bytes(600)
for turn in range(int(sys.argv[1])):
    link.send(frame)
`;

const operator = `acls:
  web: [{rule: {actions: {allow: 1}}}]
dps:
  elsewhere: {dp_id: 0xe15e, hardware: Open vSwitch, interfaces: {1: {native_vlan: 4000}}}
`;

let host: Host;
let lan: Peer;

beforeAll(async () => {
  host = await openLab('flood', { faucetConfig: operator });
  lan = await addPeer(host, { name: 'lan', address: '10.60.0.50/24' });
  await createNetwork(host, 'lan', { 'ovs.bridge.add_ports': 'to-lan' }, ['--subnet=10.60.0.0/24']);
  await startContainer(host, 'before', 'lan');
});

afterAll(async () => {
  await host?.close();
});

async function parentOf(pid: number): Promise<number> {
  return Number(/^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

test('Faucet lives through a flood that comes while it is busy', async () => {
  await until(() => reaches(host, 'before', lan.address), { what: 'the LAN' });
  const pid = host.faucet.pid();
  process.kill(pid, 'SIGSTOP');
  await lan.run('python3', ['-c', flood, '200000']);
  process.kill(pid, 'SIGCONT');
  // nsenter, which Faucet was started by, stops with its child.
  process.kill(await parentOf(pid), 'SIGCONT');
  await startContainer(host, 'after', 'lan', ['--label', 'dovesnap.faucet.portacl=web']);
  await untilState(host, 'lan', 'after', 'open');
  expect(await reaches(host, 'after', lan.address)).toBe(true);
});
