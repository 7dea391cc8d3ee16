import { describe, expect, it } from 'vitest';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { NETWORK_ID, request, spec } from './network-request.ts';

describe('a network without options', () => {
  it('is flat on VLAN 100, its bridge named after the network, all else left to the daemon', () => {
    expect(parseNetworkRequest(request({}))).toEqual({
      spec: {
        id: NETWORK_ID,
        mode: 'flat',
        internal: false,
        subnets: [
          { family: 'ipv4', pool: '10.9.0.0/24', gateway: '10.9.0.1/24', router: undefined },
        ],
        dpid: undefined,
        controllers: undefined,
        bridge: 'odsbree8b1c2d3e',
        vlan: 100,
        isVlanGiven: false,
        mtu: undefined,
        userspace: undefined,
        preallocatePorts: undefined,
        defaultAcl: { everywhere: undefined, byNetwork: new Map() },
        vlanOutAcl: { everywhere: undefined, byNetwork: new Map() },
        natAcl: { everywhere: undefined, byNetwork: new Map() },
        localMac: undefined,
        isolated: false,
        lbPort: 99,
        addedPorts: [],
      },
      warnings: [],
    });
  });

  it('is the same network when every option is there and empty', () => {
    const empty = Object.fromEntries(KNOWN_OPTIONS.map((key) => [key, '']));
    expect(parseNetworkRequest(request(empty))).toEqual(parseNetworkRequest(request({})));
  });

  it('is the same network when Docker sends no options at all', () => {
    const bare = { ...request({}), Options: {} };
    expect(parseNetworkRequest(bare)).toEqual(parseNetworkRequest(request({})));
  });
});

describe('good values', () => {
  it.each([
    ['ovs.bridge.mode', 'flat', { mode: 'flat' }],
    ['ovs.bridge.mode', 'nat', { mode: 'nat' }],
    ['ovs.bridge.mode', 'routed', { mode: 'routed' }],
    ['ovs.bridge.dpid', '0x1', { dpid: { value: 1n, text: '0x1' } }],
    ['ovs.bridge.dpid', '00000000000000ff', { dpid: { value: 255n, text: '00000000000000ff' } }],
    ['ovs.bridge.dpid', '160', { dpid: { value: 160n, text: '160' } }],
    [
      'ovs.bridge.dpid',
      '0xffffffffffffffff',
      { dpid: { value: 2n ** 64n - 1n, text: '0xffffffffffffffff' } },
    ],
    ['ovs.bridge.controller', 'tcp:10.0.0.1', { controllers: ['tcp:10.0.0.1:6653'] }],
    [
      'ovs.bridge.controller',
      'tcp:10.0.0.1:6653, ssl:10.0.0.2:7000,unix:/run/c.sock',
      { controllers: ['tcp:10.0.0.1:6653', 'ssl:10.0.0.2:7000', 'unix:/run/c.sock'] },
    ],
    ['ovs.bridge.controller', 'tcp:[fd00::1]:6653', { controllers: ['tcp:[fd00::1]:6653'] }],
    ['ovs.bridge.name', 'b', { bridge: 'b' }],
    ['ovs.bridge.name', 'my-br_0.1', { bridge: 'my-br_0.1' }],
    ['ovs.bridge.name', 'exactly15chars0', { bridge: 'exactly15chars0' }],
    ['ovs.bridge.vlan', '1', { vlan: 1 }],
    ['ovs.bridge.vlan', '4094', { vlan: 4094 }],
    ['ovs.bridge.mtu', '576', { mtu: 576 }],
    ['ovs.bridge.mtu', '65535', { mtu: 65535 }],
    ['com.docker.network.driver.mtu', '1400', { mtu: 1400 }],
    ['ovs.bridge.lbport', '4092', { lbPort: 4092 }],
    ['ovs.bridge.preallocate_ports', '0', { preallocatePorts: 0 }],
    ['ovs.bridge.preallocate_ports', '1000', { preallocatePorts: 1000 }],
    ['ovs.bridge.userspace', 'true', { userspace: true }],
    ['ovs.bridge.userspace', 'Yes', { userspace: true }],
    ['ovs.bridge.userspace', 'T', { userspace: true }],
    ['ovs.bridge.userspace', '1', { userspace: true }],
    ['ovs.bridge.userspace', 'FALSE', { userspace: false }],
    ['ovs.bridge.userspace', 'no', { userspace: false }],
    ['ovs.bridge.userspace', 'f', { userspace: false }],
    ['ovs.bridge.userspace', '0', { userspace: false }],
    ['com.docker.network.bridge.enable_icc', 'false', { isolated: true }],
    ['com.docker.network.bridge.enable_ip_masquerade', 'false', { mode: 'routed' }],
    [
      'ovs.bridge.default_acl',
      'a,b',
      { defaultAcl: { everywhere: ['a', 'b'], byNetwork: new Map() } },
    ],
    [
      'ovs.bridge.default_acl',
      'mynet:web/other',
      { defaultAcl: { everywhere: ['other'], byNetwork: new Map([['mynet', ['web']]]) } },
    ],
    [
      'ovs.bridge.vlan_out_acl',
      'mynet:out/rest',
      { vlanOutAcl: { everywhere: ['rest'], byNetwork: new Map([['mynet', ['out']]]) } },
    ],
    ['ovs.bridge.bind_interface', 'eth1', { boundInterface: 'eth1' }],
    ['ovs.bridge.ovs_local_mac', '0e:00:00:00:00:01', { localMac: '0e:00:00:00:00:01' }],
    ['ovs.bridge.ovs_local_mac', '0E:0:0:0:aB:1', { localMac: '0e:00:00:00:ab:01' }],
  ])('%s takes %s', (key, value, part) => {
    expect(spec({ [key]: value })).toMatchObject(part);
  });

  it.each([
    ['guard', { everywhere: ['guard'], byNetwork: new Map() }],
    ['mynet:a,b/rest', { everywhere: ['rest'], byNetwork: new Map([['mynet', ['a', 'b']]]) }],
  ])('ovs.bridge.nat_acl takes %s where there is a gateway', (value, natAcl) => {
    for (const mode of ['nat', 'routed']) {
      const given = { 'ovs.bridge.mode': mode, 'ovs.bridge.nat_acl': value };
      expect(parseNetworkRequest(request(given))).toMatchObject({ spec: { natAcl }, warnings: [] });
    }
  });

  it('ovs.bridge.nat_acl is ignored on a flat network, with a warning', () => {
    expect(parseNetworkRequest(request({ 'ovs.bridge.nat_acl': 'guard' }))).toMatchObject({
      spec: { natAcl: { everywhere: undefined } },
      warnings: [
        'option ovs.bridge.nat_acl="guard" is ignored: a flat network has no gateway of its own, only nat and routed do',
      ],
    });
  });

  it.each([
    ['nat', 'eth1', 1],
    ['routed', 'eth1', 1],
    ['flat', 'eth1', 0],
    ['nat', '', 0],
  ])(
    'enable_icc=false warns on a %s network that binds "%s" that it shuts the way out',
    (mode, name, count) => {
      const icc = { 'com.docker.network.bridge.enable_icc': 'false' };
      const given = { ...icc, 'ovs.bridge.mode': mode, 'ovs.bridge.bind_interface': name };
      const { warnings } = parseNetworkRequest(request(given));
      expect(warnings.join()).toMatch(
        count === 0 ? /^$/ : /out through interface eth1: enable_icc/,
      );
    },
  );

  it('turn a nat network without masquerading into a routed one, and leave a flat one flat', () => {
    const masquerade = { 'com.docker.network.bridge.enable_ip_masquerade': 'false' };
    expect(spec({ ...masquerade, 'ovs.bridge.mode': 'nat' })).toMatchObject({ mode: 'routed' });
    expect(spec({ ...masquerade, 'ovs.bridge.mode': 'flat' })).toMatchObject({ mode: 'flat' });
  });
});
