import { describe, expect, test } from 'vitest';
import { rebuiltRequest } from '../../../src/plan/networks/rebuilt-request.ts';
import { dockerNetwork, withIpam } from '../docker-sample.ts';

describe('a request rebuilt from an inspection', () => {
  test('has the gateway that Docker chose for a given subnet', () => {
    const request = rebuiltRequest(withIpam('10.9.0.0/24'));
    expect(request.IPv4Data).toEqual([{ Pool: '10.9.0.0/24', Gateway: '10.9.0.1/24' }]);
  });

  test('has the options as they were given', () => {
    const request = rebuiltRequest(
      dockerNetwork({ options: { 'ovs.bridge.mode': 'nat' }, internal: true }),
    );
    expect(request.Options).toMatchObject({
      'com.docker.network.generic': { 'ovs.bridge.mode': 'nat' },
      'com.docker.network.internal': true,
    });
  });
});
