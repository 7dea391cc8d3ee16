import { describe, expect, it } from 'vitest';
import { boundPort } from '../../src/domain/added-ports.ts';
import { DovesnapError } from '../../src/domain/error.ts';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import type { CreateNetworkRequest } from '../../src/plugin/driver.ts';

const NETWORK_ID = `ee8b1c2d3e4f${'0'.repeat(52)}`;

function request(
  options: Readonly<Record<string, unknown>>,
  rest: Partial<CreateNetworkRequest> & { top?: Record<string, unknown> } = {},
): CreateNetworkRequest {
  return {
    NetworkID: NETWORK_ID,
    Options: { 'com.docker.network.generic': options, ...rest.top },
    IPv4Data: rest.IPv4Data ?? [{ Pool: '10.9.0.0/24', Gateway: '10.9.0.1/24' }],
    IPv6Data: rest.IPv6Data ?? [],
  };
}

function spec(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { ...parseNetworkRequest(request(options)).spec };
}

function refusal(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(DovesnapError);
    const { code, message } = error as DovesnapError;
    return { code, message };
  }
  throw new Error('nothing was refused');
}

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
    ['ovs.bridge.bind_interface', 'eth1', { addedPorts: [boundPort('eth1')] }],
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

describe('bad values', () => {
  const DPID =
    'a datapath id from 1 to 2^64-1 as 0x and hex digits, 16 hex digits or a decimal number';
  const TARGET = 'a comma list of tcp:HOST[:PORT], ssl:HOST[:PORT] or unix:PATH';
  const NAME =
    'an interface name of 1 to 15 letters, digits, dots, dashes or underscores that starts with a letter or digit';
  const BOOLEAN = 'true or false (also 1/0, t/f, yes/no)';
  const MAC = 'a unicast MAC address such as 0e:00:00:00:00:01';
  const ACLS = 'ACL, ACL,ACL2, or NETWORK:ACL/NETWORK2:ACL2';

  it.each([
    ['ovs.bridge.mode', 'bridge', 'flat, nat or routed'],
    ['ovs.bridge.mode', 'NAT', 'flat, nat or routed'],
    ['ovs.bridge.dpid', '0', DPID],
    ['ovs.bridge.dpid', '0x0', DPID],
    ['ovs.bridge.dpid', '-1', DPID],
    ['ovs.bridge.dpid', 'one', DPID],
    ['ovs.bridge.dpid', '0x10000000000000000', DPID],
    ['ovs.bridge.controller', 'udp:10.0.0.1:6653', TARGET],
    ['ovs.bridge.controller', 'tcp:10.0.0.1:70000', TARGET],
    ['ovs.bridge.controller', 'tcp:10.0.0.1,', TARGET],
    ['ovs.bridge.name', 'sixteencharsname', NAME],
    ['ovs.bridge.name', 'a/b', NAME],
    ['ovs.bridge.name', '-rf', NAME],
    ['ovs.bridge.name', '..', NAME],
    ['ovs.bridge.name', 'a b', NAME],
    ['ovs.bridge.name', 'all', NAME],
    ['ovs.bridge.vlan', '0', 'a whole number from 1 to 4094'],
    ['ovs.bridge.vlan', '4095', 'a whole number from 1 to 4094'],
    ['ovs.bridge.vlan', '1e2', 'a whole number from 1 to 4094'],
    ['ovs.bridge.vlan', ' 100', 'a whole number from 1 to 4094'],
    ['ovs.bridge.mtu', '575', 'a whole number from 576 to 65535'],
    ['ovs.bridge.mtu', '65536', 'a whole number from 576 to 65535'],
    ['com.docker.network.driver.mtu', 'big', 'a whole number from 576 to 65535'],
    ['ovs.bridge.preallocate_ports', '1001', 'a whole number from 0 to 1000'],
    ['ovs.bridge.preallocate_ports', '-1', 'a whole number from 0 to 1000'],
    ['ovs.bridge.userspace', 'maybe', BOOLEAN],
    ['com.docker.network.bridge.enable_icc', 'off', BOOLEAN],
    ['com.docker.network.bridge.enable_ip_masquerade', 'off', BOOLEAN],
    ['ovs.bridge.default_acl', 'a,,b', ACLS],
    ['ovs.bridge.default_acl', 'net:', ACLS],
    ['ovs.bridge.default_acl', 'a/b', ACLS],
    ['ovs.bridge.vlan_out_acl', 'a/b', ACLS],
    ['ovs.bridge.nat_acl', 'a,,b', ACLS],
    ['ovs.bridge.nat_acl', 'mynet:', ACLS],
    ['ovs.bridge.bind_interface', 'eth0,eth1', NAME],
    ['ovs.bridge.bind_interface', 'eth0/3', NAME],
    ['ovs.bridge.ovs_local_mac', '01:00:5e:00:00:01', MAC],
    ['ovs.bridge.ovs_local_mac', 'ff:ff:ff:ff:ff:ff', MAC],
    ['ovs.bridge.ovs_local_mac', '00:00:00:00:00:00', MAC],
    ['ovs.bridge.ovs_local_mac', '0e:00:00:00:00', MAC],
    ['ovs.bridge.ovs_local_mac', '0e-00-00-00-00-01', MAC],
  ])('%s refuses %s', (key, value, accepted) => {
    expect(refusal(() => spec({ [key]: value }))).toEqual({
      code: 'BAD_OPTION',
      message: `option ${key} cannot be "${value}": accepted is ${accepted}`,
    });
  });

  it('that are no text are refused', () => {
    expect(refusal(() => spec({ 'ovs.bridge.vlan': 100 })).message).toBe(
      'option ovs.bridge.vlan cannot be "100": accepted is text',
    );
  });

  it('are refused when the two MTU options contradict each other', () => {
    const both = { 'ovs.bridge.mtu': '1400', 'com.docker.network.driver.mtu': '1500' };
    expect(refusal(() => spec(both)).message).toBe(
      'option ovs.bridge.mtu cannot be "1400": accepted is the same number as com.docker.network.driver.mtu, which is 1500, or only one of the two',
    );
    expect(spec({ ...both, 'ovs.bridge.mtu': '1500' })).toMatchObject({ mtu: 1500 });
  });

  it('stay readable in the sentence when they are long or hold control characters', () => {
    expect(refusal(() => spec({ 'ovs.bridge.mode': `\n${'x'.repeat(5000)}` })).message).toBe(
      `option ovs.bridge.mode cannot be "\\n${'x'.repeat(79)}...": accepted is flat, nat or routed`,
    );
  });
});

describe('options of later versions', () => {
  it.each([
    ['ovs.bridge.dhcp', 'false'],
    ['ovs.bridge.publish', 'host'],
    ['ovs.bridge.mirror_tunnel_vid', '300'],
    ['com.docker.network.bridge.host_binding_ipv4', '127.0.0.1'],
  ])('%s is refused by name', (key, value) => {
    expect(refusal(() => spec({ [key]: value }))).toEqual({
      code: 'NOT_SUPPORTED',
      message: `option ${key}="${value}" is not supported yet`,
    });
  });

  it('--ipv6 is refused by name', () => {
    const expected = { code: 'NOT_SUPPORTED', message: 'option --ipv6 is not supported yet' };
    const asked = request({}, { top: { 'com.docker.network.enable_ipv6': true } });
    const pooled = request({}, { IPv6Data: [{ Pool: 'fd00:9::/64' }] });
    expect(refusal(() => parseNetworkRequest(asked))).toEqual(expected);
    expect(refusal(() => parseNetworkRequest(pooled))).toEqual(expected);
  });

  it('are not asked for by Docker saying that there is no IPv6', () => {
    const top = {
      'com.docker.network.enable_ipv6': false,
      'com.docker.network.enable_ipv4': true,
    };
    expect(parseNetworkRequest(request({}, { top })).warnings).toEqual([]);
  });
});

describe('unknown options', () => {
  it.each([
    ['ovs.bridge.vlam', 'ovs.bridge.vlan'],
    ['ovs.bridge.default_acls', 'ovs.bridge.default_acl'],
    ['ovs.bridge.preallocate', 'ovs.bridge.preallocate_ports'],
    ['ovs.brigde.mode', 'ovs.bridge.mode'],
    ['ovs.Bridge.Mode', 'ovs.bridge.mode'],
    ['obs.bridge.mode', 'ovs.bridge.mode'],
    ['mode', 'ovs.bridge.mode'],
    ['com.docker.network.driver.mtus', 'com.docker.network.driver.mtu'],
  ])('%s is refused with the nearest name', (key, nearest) => {
    expect(refusal(() => spec({ [key]: 'nat' }))).toEqual({
      code: 'BAD_OPTION',
      message: `option "${key}" is unknown: did you mean ${nearest}?`,
    });
  });

  it('of other drivers are ignored, with a warning each', () => {
    const parsed = parseNetworkRequest(
      request({
        parent: 'eth0',
        'com.docker.network.container_iface_prefix': 'net',
        'com.docker.network.bridge.name': 'br7',
      }),
    );
    expect(parsed.spec).toEqual(parseNetworkRequest(request({})).spec);
    expect(parsed.warnings).toEqual([
      'option "parent" is ignored: this driver does not know it',
      'option "com.docker.network.container_iface_prefix" is ignored: this driver does not know it',
      'option com.docker.network.bridge.name is ignored: ovs.bridge.name names the bridge',
    ]);
  });

  it('masquerading on a flat network is ignored with a warning', () => {
    const key = 'com.docker.network.bridge.enable_ip_masquerade';
    expect(parseNetworkRequest(request({ [key]: 'true' })).warnings).toEqual([
      `option ${key}=true is ignored: ovs.bridge.mode is flat, only nat masquerades`,
    ]);
    expect(
      parseNetworkRequest(request({ [key]: 'true', 'ovs.bridge.mode': 'nat' })).warnings,
    ).toEqual([]);
  });
});

describe('addresses', () => {
  const nullIpam = { IPv4Data: [{ AddressSpace: 'null', Pool: '0.0.0.0/0' }] };

  it('of the null IPAM driver are none', () => {
    expect(parseNetworkRequest(request({}, nullIpam)).spec.subnets).toEqual([]);
  });

  it.each(['nat', 'routed'])('are needed by a %s network', (mode) => {
    expect(
      refusal(() => parseNetworkRequest(request({ 'ovs.bridge.mode': mode }, nullIpam))),
    ).toEqual({
      code: 'BAD_OPTION',
      message: `option ovs.bridge.mode cannot be "${mode}" on a network without a gateway (IPAM driver null): accepted is flat, or an IPAM driver that gives a gateway`,
    });
  });

  it('are written in canonical form, the gateway with its prefix length', () => {
    const data = [{ Pool: '10.70.3.0/16', Gateway: '10.70.5.254/16' }, { Pool: '10.71.0.0/24' }];
    expect(parseNetworkRequest(request({}, { IPv4Data: data })).spec.subnets).toEqual([
      { family: 'ipv4', pool: '10.70.0.0/16', gateway: '10.70.5.254/16', router: undefined },
      { family: 'ipv4', pool: '10.71.0.0/24', gateway: undefined, router: undefined },
    ]);
  });

  it('name the router of a flat network by DefaultGatewayIPv4, which a nat network ignores with a warning', () => {
    const data = [
      {
        Pool: '10.9.0.0/24',
        Gateway: '10.9.0.1/24',
        AuxAddresses: { DefaultGatewayIPv4: '10.9.0.9/24' },
      },
    ];
    const flat = parseNetworkRequest(request({}, { IPv4Data: data }));
    expect(flat.spec.subnets[0]?.router).toBe('10.9.0.9');
    expect(flat.warnings).toEqual([]);
    const nat = parseNetworkRequest(request({ 'ovs.bridge.mode': 'nat' }, { IPv4Data: data }));
    expect(nat.spec.subnets[0]?.router).toBeUndefined();
    expect(nat.warnings).toEqual([
      'the auxiliary address DefaultGatewayIPv4=10.9.0.9 is ignored: on a nat network the gateway is the bridge',
    ]);
  });

  it.each([
    [{ Pool: '10.9.0.0/24', Gateway: '10.8.0.1/24' }, 'the gateway cannot be "10.8.0.1/24"'],
    [{ Pool: '10.9.0.0/24', Gateway: 'x' }, 'the gateway cannot be "x"'],
    [{ Pool: '010.9.0.0/24' }, 'the subnet cannot be "010.9.0.0/24"'],
  ])('that make no sense are refused: %j', (data, start) => {
    const { code, message } = refusal(() => parseNetworkRequest(request({}, { IPv4Data: [data] })));
    expect(code).toBe('BAD_REQUEST');
    expect(message.startsWith(start)).toBe(true);
  });

  it('of an internal network are kept, and the network knows that it is one', () => {
    const top = { 'com.docker.network.internal': true };
    expect(parseNetworkRequest(request({}, { top })).spec.internal).toBe(true);
  });
});
