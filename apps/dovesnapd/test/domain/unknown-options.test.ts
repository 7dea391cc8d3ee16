import { describe, expect, it } from 'vitest';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { refusal, request, spec } from './network-request.ts';

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
