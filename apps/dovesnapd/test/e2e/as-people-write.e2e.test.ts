import { type Host, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { untilState } from './network-status.ts';
import { reaches } from './reaches.ts';

/** Braces that close further left than their key, a comment right behind a quote, an ACL whose name is a number. */
const operator = `acls: {
7: [
  {rule: {eth_type: 0x800, ip_proto: 1, icmpv4_type: 8, actions: {allow: 0}}},
  {rule: {actions: {allow: 1}}},
]
}
dps: {
elsewhere: {dp_id: 0xe15e, hardware: "Open vSwitch",# in the cellar
interfaces: {
1: {native_vlan: 4000}
}
}
}
`;

let host: Host;

beforeAll(async () => {
  host = await openLab('written', { faucetConfig: operator });
  await createNetwork(host, 'net');
  await startContainer(host, 'peer', 'net');
});

afterAll(async () => {
  await host?.close();
});

test('an ACL whose name is a number holds for a container that names it in its label', async () => {
  await startContainer(host, 'seven', 'net', ['--label=dovesnap.faucet.portacl=7']);
  await untilState(host, 'net', 'seven', 'open');
  expect(await reaches(host, 'seven', await addressOf(host, 'peer', 'net'))).toBe(false);
  expect(await reaches(host, 'peer', await addressOf(host, 'seven', 'net'))).toBe(true);
});

test('an ACL whose name is a number holds as the default of a network', async () => {
  await createNetwork(host, 'guarded', { 'ovs.bridge.default_acl': '7' });
  for (const name of ['one', 'two']) await startContainer(host, name, 'guarded');
  for (const name of ['one', 'two']) await untilState(host, 'guarded', name, 'open');
  expect(await reaches(host, 'one', await addressOf(host, 'two', 'guarded'))).toBe(false);
});

test('what the operator wrote is there again, byte for byte, when the networks are gone', async () => {
  await host.docker('rm', '--force', 'peer', 'seven', 'one', 'two');
  await host.docker('network', 'rm', 'net', 'guarded');
  const isAsItWas = async (): Promise<boolean> => (await host.faucet.readConfig()) === operator;
  await until(isAsItWas, { what: 'the operator’s text' });
});
