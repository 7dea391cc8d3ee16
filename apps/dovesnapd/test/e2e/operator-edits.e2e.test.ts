import { type Host, until } from '@dovesnap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changeFile } from './acl-changes.ts';
import { complaintOf } from './complaint.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';
import { networkStatus, untilState } from './network-status.ts';
import { operatorConfig, rules } from './operator-config.ts';
import { untilTaken } from './taken-file.ts';

const operator = operatorConfig({
  'web-only': [rules.noPingRequest, rules.allow],
  'deny-all': [rules.deny],
});
const label = ['--label=dovesnap.faucet.portacl=web-only'];
const webOnly = /^ {2}web-only:\n( {4}.*\n)+/m;

let host: Host;

beforeAll(async () => {
  host = await openLab('edits', { faucetConfig: operator });
  await createNetwork(host, 'lan');
  await startContainer(host, 'plain', 'lan');
});

afterAll(async () => {
  await host?.close();
});

describe('an ACL that only containers’ labels have asked for', () => {
  afterEach(async () => {
    for (const name of ['one', 'two', 'after']) {
      await host.docker('rm', '--force', name).catch(() => '');
    }
    await changeFile(host, (text) =>
      webOnly.test(text) ? text : text.replace('acls:\n', `acls:\n${webOnly.exec(operator)?.[0]}`),
    );
    await settled();
  });

  test('stays on a free port while another container has it, and on none when all have gone', async () => {
    await startContainer(host, 'one', 'lan', label);
    await startContainer(host, 'two', 'lan', label);
    await host.docker('rm', '--force', 'one');
    expect(await portsWith('web-only')).toBe(2);
    await host.docker('rm', '--force', 'two');
    expect(await portsWith('web-only')).toBe(0);
  });

  test('may be deleted as soon as its container is removed, and Faucet refuses nothing', async () => {
    await startContainer(host, 'one', 'lan', label);
    const before = await refusals();
    await host.docker('rm', '--force', 'one');
    await changeFile(host, (text) => text.replace(webOnly, ''));
    await settled();
    expect(await refusals()).toBe(before);
    await startContainer(host, 'after', 'lan');
    await untilState(host, 'lan', 'after', 'open');
  });

  test('that an operator’s old copy of the file brings back on a free port is taken off again', async () => {
    await startContainer(host, 'one', 'lan', label);
    const copy = await host.faucet.readConfig();
    await host.docker('rm', '--force', 'one');
    await host.faucet.writeConfig(copy.replace(webOnly, ''));
    await until(async () => (await portsWith('web-only')) === 0, { what: 'a file without it' });
    await settled();
  });
});

describe('what an operator sets for the VLAN of a network', () => {
  const settings = 'vlans: {100: {acls_in: [deny-all], faucet_vips: [10.7.7.254/24]}}\n';
  const said =
    'what faucet.yaml says of VLAN 100 holds for this network too: acls_in deny-all; faucet_vips 10.7.7.254/24; without ovs.bridge.vlan every network is on it';
  const notes = async (network: string) => (await networkStatus(host, network))?.Notes ?? [];

  afterEach(async () => {
    await changeFile(host, (text) => text.replace(settings, ''));
    await host.docker('network', 'rm', 'later');
  });

  test('is said when it comes, and when a network is made, and no more when it has gone', async () => {
    await changeFile(host, (text) => settings + text);
    await until(async () => (await notes('lan')).includes(said), { what: 'a note on the VLAN' });
    await createNetwork(host, 'later');
    expect(await notes('later')).toContain(said);
    const lines = () => host.daemon.logs.entries.filter(({ msg }) => msg === said);
    await until(() => lines().length > 1, { what: 'a line on each network' });
    expect(lines()).toHaveLength(2);
    await changeFile(host, (text) => text.replace(settings, ''));
    await until(async () => !(await notes('lan')).includes(said), { what: 'an end of the note' });
    await until(async () => !(await notes('later')).includes(said), { what: 'an end of the note' });
  });
});

describe('a network that Faucet would refuse', () => {
  const beginning = 'Faucet would refuse faucet.yaml with this network in it: ';
  const acl = '  to-five: [{rule: {actions: {output: {port: 5}}}}]\n';
  const interfaces = '{1: {native_vlan: 4000}';

  test.each([
    [
      'an ACL on a VLAN that names a port',
      (text: string) =>
        `vlans: {4000: {acls_in: [to-five]}}\n${text
          .replace('acls:\n', `acls:\n${acl}`)
          .replace(interfaces, `${interfaces}, 5: {native_vlan: 4000}`)}`,
      /acls\.to-five\.0\.actions\.output\.port: there is no port 5 on odsbr\w+, which uses this ACL$/,
    ],
    [
      'a BGP router',
      (text: string) => `routers:
  r1: {bgp: {as: 1, neighbor_as: 2, port: 9179, routerid: 10.0.0.1, vlan: 4000, neighbor_addresses: [10.0.0.2], server_addresses: [127.0.0.1]}}
vlans: {4000: {faucet_vips: [10.0.0.1/24]}}
${text}`,
      /routers\.r1\.bgp: Faucet takes a router with bgp beside one datapath only, and there are \d$/,
    ],
  ])('because of %s is refused when it is made', async (_, change, why) => {
    await host.docker('rm', '--force', 'plain').catch(() => undefined);
    await host.docker('network', 'rm', 'lan').catch(() => undefined);
    await until(async () => !(await host.faucet.readConfig()).includes('  lan:'), {
      what: 'a file without the network',
    });
    const before = await host.faucet.readConfig();
    await host.faucet.writeConfig(change(before));
    try {
      await settled();
      const said = await complaintOf(createNetwork(host, 'bad'));
      expect(said.startsWith(beginning)).toBe(true);
      expect(said).toMatch(why);
      expect(await host.faucet.readConfig()).toBe(change(before));
    } finally {
      await host.faucet.writeConfig(before);
      await settled();
    }
  });
});

/** How many interfaces of the file name an ACL. */
async function portsWith(acl: string): Promise<number> {
  const text = await host.faucet.readConfig();
  return text.split('\n').filter((line) => /acls_in:/.test(line) && line.includes(acl)).length;
}

/** How many times Faucet has refused the file. */
async function refusals(): Promise<number> {
  return (await host.faucet.log()).split('New config bad').length - 1;
}

/** Resolves when Faucet has the file as it is, and nothing is away for the daemon. */
async function settled(): Promise<void> {
  await untilTaken(host);
  const isReady = async (): Promise<boolean> => {
    const { away } = (await host.daemon.status('/readyz')) as { readonly away: readonly string[] };
    return away.length === 0;
  };
  await until(isReady, { what: 'a daemon that is ready', interval: 50 });
}
