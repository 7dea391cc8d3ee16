import { describe, expect, it } from 'vitest';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { refusal, request } from './network-request.ts';

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
