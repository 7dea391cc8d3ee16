import { diffSnapshots, type Host, type Snapshot, snapshot, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { complaintOf } from './complaint.ts';
import { recordedEndpoints, statusEndpoints } from './fleet.ts';
import { createNetwork, openLab, startContainer } from './lab.ts';

/** For every option a value that it cannot have, here. */
const badValues: Readonly<Record<string, string>> = {
  'ovs.bridge.mode': 'bridged',
  'ovs.bridge.dpid': '0',
  'ovs.bridge.controller': 'udp:10.0.0.1',
  'ovs.bridge.name': 'two words',
  'ovs.bridge.vlan': '4095',
  'ovs.bridge.default_acl': 'no-such-acl',
  'ovs.bridge.nat_acl': 'no-such-acl',
  'ovs.bridge.vlan_out_acl': 'no-such-acl',
  'ovs.bridge.preallocate_ports': '1001',
  'ovs.bridge.userspace': 'maybe',
  'ovs.bridge.ovs_local_mac': '01:00:5e:00:00:01',
  'ovs.bridge.mtu': '575',
  'ovs.bridge.add_ports': 'no-such-link',
  'ovs.bridge.add_copro_ports': 'no-such-link',
  'ovs.bridge.bind_interface': 'no-such-link',
  'ovs.bridge.dhcp': 'maybe',
  'ovs.bridge.publish': 'nowhere',
  'ovs.bridge.lbport': '70000',
  'ovs.bridge.mirror_tunnel_vid': '0',
  'com.docker.network.driver.mtu': '65536',
  'com.docker.network.bridge.enable_icc': 'maybe',
  'com.docker.network.bridge.enable_ip_masquerade': 'maybe',
  'com.docker.network.bridge.host_binding_ipv4': 'nowhere',
};

let host: Host;
let before: Snapshot;

beforeAll(async () => {
  host = await openLab('refusals');
  before = await snapshot(host);
});

afterAll(async () => {
  await host?.close();
});

describe('docker network create', () => {
  test('is tried with a bad value for every option that there is', () => {
    expect(Object.keys(badValues).sort()).toEqual([...KNOWN_OPTIONS].sort());
  });

  test.each(Object.entries(badValues))('fails with one sentence for %s=%s', async (key, value) => {
    // Some options mean something only where there is a gateway.
    const said = await refused('ovs.bridge.mode', 'nat', key, value);
    expect(said).toContain(`option ${key}`);
    expect(said).toContain(value);
  });

  test('fails with one sentence for an option that is misspelt, and names the one that was meant', async () => {
    expect(await refused('ovs.bridge.mdoe', 'nat')).toBe(
      'option "ovs.bridge.mdoe" is unknown: did you mean ovs.bridge.mode?',
    );
  });

  test('fails with one sentence for an ACL list of which one is unknown, and names that one', async () => {
    expect(await refused('ovs.bridge.default_acl', 'allow-all,no-such-acl')).toMatch(
      /^option ovs\.bridge\.default_acl names ACL "no-such-acl", which is not in \S+faucet\.yaml /,
    );
  });

  test('fails with one sentence for a nat network without a gateway', async () => {
    const said = await complaintOf(
      createNetwork(host, 'bad', { 'ovs.bridge.mode': 'nat' }, ['--ipam-driver=null']),
    );
    expect(said).toMatch(
      /^option ovs\.bridge\.mode cannot be "nat" on a network without a gateway/,
    );
  });

  test('fails with one sentence for --ipv6', async () => {
    const flags = ['--ipv6', '--subnet=fd00:99::/64'];
    expect(await complaintOf(createNetwork(host, 'bad', {}, flags))).toBe(
      'option --ipv6 is not supported yet',
    );
  });

  test.each(['nat', 'routed'])(
    'fails on a %s network for a LAN that the host is in',
    async (mode) => {
      await host.run('ip', ['link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'lan1']);
      await host.run('ip', ['address', 'add', '192.0.2.5/24', 'dev', 'lan0']);
      const flags = ['--subnet=192.0.2.0/24', '--gateway=192.0.2.1'];
      const asked = createNetwork(host, 'bad', { 'ovs.bridge.mode': mode }, flags);
      const away = () => host.run('ip', ['link', 'delete', 'lan0']);
      const said = await complaintOf(asked).finally(away);
      expect(said).toBe(
        `the subnet of a ${mode} network cannot be "192.0.2.0/24": the host has 192.0.2.5/24 on interface lan0; accepted is one that the host is not in, or mode flat, which joins a LAN`,
      );
    },
  );

  test.each(['127.5.0.0/24', '239.0.0.0/24'])('fails for the subnet %s', async (subnet) => {
    const said = await complaintOf(createNetwork(host, 'bad', {}, [`--subnet=${subnet}`]));
    expect(said).toContain(`the subnet of a flat network cannot be "${subnet}": `);
  });

  test('fails with one sentence for the name of an interface that exists', async () => {
    expect(await refused('ovs.bridge.name', 'docker0')).toMatch(
      /^option ovs\.bridge\.name cannot be "docker0": an interface of that name exists/,
    );
  });

  afterAll(async () => {
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
    expect(await host.docker('network', 'ls', '--format', '{{.Name}}')).not.toContain('bad');
  });
});

describe('what another network has', () => {
  beforeAll(async () => {
    await createNetwork(host, 'first', {
      'ovs.bridge.dpid': '0xabc',
      'ovs.bridge.name': 'firstbr',
    });
  });

  test('is refused as a datapath id', async () => {
    expect(await refused('ovs.bridge.dpid', '2748')).toBe(
      'option ovs.bridge.dpid cannot be 2748: network first has it',
    );
  });

  test('is refused as a bridge name', async () => {
    expect(await refused('ovs.bridge.name', 'firstbr')).toMatch(
      /^option ovs\.bridge\.name cannot be "firstbr": a bridge of that name exists/,
    );
  });
});

describe('docker run', () => {
  test.each([
    [
      'an unknown ACL',
      'portacl=no-such-acl',
      /^container bad names ACL "no-such-acl", which is not/,
    ],
    ['an unknown ACL among others', 'portacl=allow-all,gone', /^container bad names ACL "gone", /],
    ['an unknown ACL for this network', 'portacl=first:gone/allow-all', /names ACL "gone", /],
    ['a value that cannot be read', 'portacl=first:', /^label \S+portacl cannot be "first:": /],
    ['a misspelt label', 'portacls=deny-all', /"dovesnap\.faucet\.portacls" is unknown: did you/],
    ['a mirror that cannot be read', 'mirror=maybe', /^label \S+mirror cannot be "maybe": acc/],
  ])('fails with one sentence for %s', async (_, label, sentence) => {
    const flags = ['--label', `dovesnap.faucet.${label}`];
    const said = complaintOf(startContainer(host, 'bad', 'first', flags));
    expect(await said.finally(() => host.docker('rm', '--force', 'bad'))).toMatch(sentence);
    expect(await statusEndpoints(host, 'first')).toEqual([]);
    const isForgotten = async () => (await recordedEndpoints(host)).length === 0;
    await until(isForgotten, { what: 'a switch that remembers no endpoint' });
  });

  test('leaves nothing behind that outlives the network', async () => {
    await host.docker('network', 'rm', 'first');
    expect(diffSnapshots(before, await snapshot(host))).toEqual([]);
  });
});

function refused(...options: readonly string[]): Promise<string> {
  const pairs = Array.from({ length: options.length / 2 }, (_, index) => [
    options[2 * index] ?? '',
    options[2 * index + 1] ?? '',
  ]);
  return complaintOf(createNetwork(host, 'bad', Object.fromEntries(pairs)));
}
