import { describe, expect, test } from 'vitest';
import { joinReply } from '../../../src/plan/networks/join-reply.ts';
import { sampleNetwork } from '../sample.ts';

describe('the answer to Join', () => {
  test('names the gateway of a nat network without its prefix length', () => {
    const network = sampleNetwork();
    expect(joinReply(network, { peerLink: 'odc1' })).toEqual({
      InterfaceName: { SrcName: 'odc1', DstPrefix: 'eth' },
      Gateway: '10.9.0.1',
    });
  });

  test('keeps docker_gwbridge away from a flat network', () => {
    const reply = joinReply(sampleNetwork({ gatewayGiven: false }, { mode: 'flat' }), {
      peerLink: 'odc1',
    });
    expect(reply).toMatchObject({ DisableGatewayService: true });
    expect(reply.Gateway).toBeUndefined();
  });

  test('names the gateway that the user gave to a flat network', () => {
    const reply = joinReply(sampleNetwork({ gatewayGiven: true }, { mode: 'flat' }), {
      peerLink: 'odc1',
    });
    expect(reply.Gateway).toBe('10.9.0.1');
  });
});
