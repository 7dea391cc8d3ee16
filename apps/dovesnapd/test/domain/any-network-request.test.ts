import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DovesnapError } from '../../src/domain/error.ts';
import { parseNetworkRequest } from '../../src/domain/network-options.ts';
import { KNOWN_OPTIONS } from '../../src/domain/options-table.ts';
import { hostileText, oneLine } from '../hostile-text.ts';

describe('any request', () => {
  it('is read or refused with a DovesnapError, never anything else', () => {
    const key = fc.oneof(
      { arbitrary: fc.constantFrom(...KNOWN_OPTIONS), weight: 5 },
      { arbitrary: hostileText.map((text) => `ovs.bridge.${text}`), weight: 1 },
      { arbitrary: hostileText, weight: 1 },
    );
    const value = fc.oneof(hostileText, fc.string({ unit: 'binary-ascii' }), fc.anything());
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 4 }),
        fc.oneof(fc.constant(''), hostileText),
        fc.constantFrom('10.9.0.0/24', '::/0', ''),
        (options, gateway, pool) => {
          try {
            const parsed = parseNetworkRequest({
              NetworkID: 'a'.repeat(64),
              Options: { 'com.docker.network.generic': options },
              IPv4Data: [{ Pool: pool, Gateway: gateway }],
              IPv6Data: [],
            });
            expect(parsed.spec.bridge.length).toBeLessThanOrEqual(15);
          } catch (error) {
            expect(error).toBeInstanceOf(DovesnapError);
            expect((error as Error).message).toMatch(oneLine);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
