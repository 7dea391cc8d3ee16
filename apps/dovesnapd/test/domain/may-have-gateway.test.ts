import { describe, expect, test } from 'vitest';
import { mayHaveGateway } from '../../src/domain/network-options.ts';

const of = (generic: unknown) => mayHaveGateway({ 'com.docker.network.generic': generic });

describe('a network may need the address of a gateway', () => {
  test.each([
    [{ 'ovs.bridge.mode': 'nat' }],
    [{ 'ovs.bridge.mode': 'routed' }],
    [{ 'com.docker.network.bridge.enable_ip_masquerade': 'false' }],
  ])('when it is its own gateway: %j', (options) => {
    expect(of(options)).toBe(true);
  });

  test.each([
    [{ 'ovs.bridge.mode': 'bridge' }],
    [{ 'ovs.bridge.vlan': '5000' }],
    [{ 'ovs.bridge.moed': 'flat' }],
    [{ 'ovs.bridge.mode': 1 }],
  ])('when its options are refused later: %j', (options) => {
    expect(of(options)).toBe(true);
  });

  test.each([
    [{}],
    [null],
    [undefined],
    ['flat'],
    [{ 'ovs.bridge.mode': 'flat' }],
    [{ 'ovs.bridge.mode': '' }],
    [{ 'ovs.bridge.mode': 'flat', 'com.docker.network.bridge.enable_ip_masquerade': 'false' }],
    [{ 'ovs.bridge.bind_interface': 'lan1', 'other.driver.key': 'x' }],
  ])('but not when it is flat: %j', (options) => {
    expect(of(options)).toBe(false);
  });
});
