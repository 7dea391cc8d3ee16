import { describe, expect, it } from 'vitest';
import { refusal, spec } from './network-request.ts';

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
