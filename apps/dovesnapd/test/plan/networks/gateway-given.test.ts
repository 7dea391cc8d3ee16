import { describe, expect, test } from 'vitest';
import { gatewayWasGiven } from '../../../src/plan/networks/gateway-given.ts';
import { withIpam } from '../docker-sample.ts';

const _engine = 'RKVJ:HCRC';

describe('a gateway counts as given', () => {
  test.each([
    ['beside a subnet that only a person chooses', withIpam('10.9.0.0/24', '10.9.0.1'), true],
    ['when it is not the first address', withIpam('172.18.0.0/16', '172.18.0.254'), true],
    ['not when Docker chose both', withIpam('172.18.0.0/16', '172.18.0.1'), false],
    [
      'not when Docker chose a piece of 192.168',
      withIpam('192.168.16.0/20', '192.168.16.1'),
      false,
    ],
    ['not when an inspection shows none', withIpam('10.9.0.0/24'), false],
  ])('%s', (_what, network, given) => {
    expect(gatewayWasGiven(network, [])).toBe(given);
  });

  test('and not when it comes from the pools that the engine was given', () => {
    const pools = [{ base: '10.0.0.0/8', size: 24 }];
    expect(gatewayWasGiven(withIpam('10.9.0.0/24', '10.9.0.1'), pools)).toBe(false);
    expect(gatewayWasGiven(withIpam('172.18.0.0/16', '172.18.0.1'), pools)).toBe(true);
  });
});
