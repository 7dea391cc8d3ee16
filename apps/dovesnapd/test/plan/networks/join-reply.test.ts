import { describe, expect, test } from 'vitest';
import { joinReply } from '../../../src/plan/networks/join-reply.ts';
import { sampleEndpoint, sampleNetwork } from '../sample.ts';

describe('the answer to Join', () => {
  test('names the gateway of a nat network without its prefix length', () => {
    const network = sampleNetwork();
    expect(joinReply(network, { peerLink: 'odc1', endpoint: undefined })).toEqual({
      InterfaceName: { SrcName: 'odc1', DstPrefix: 'eth' },
      Gateway: '10.9.0.1',
    });
  });

  test('names the interface as it was asked for', () => {
    const endpoint = sampleEndpoint({ wantedLink: 'lan0' });
    expect(joinReply(sampleNetwork(), { peerLink: 'odc1', endpoint }).InterfaceName).toEqual({
      SrcName: 'odc1',
      DstPrefix: 'eth',
      DstName: 'lan0',
    });
  });

  test('keeps docker_gwbridge away from a flat network', () => {
    const reply = joinReply(sampleNetwork({ mode: 'flat' }, { gatewayGiven: false }), {
      peerLink: 'odc1',
      endpoint: undefined,
    });
    expect(reply).toMatchObject({ DisableGatewayService: true });
    expect(reply.Gateway).toBeUndefined();
  });

  test('names the gateway that the user gave to a flat network', () => {
    const reply = joinReply(sampleNetwork({ mode: 'flat' }, { gatewayGiven: true }), {
      peerLink: 'odc1',
      endpoint: undefined,
    });
    expect(reply.Gateway).toBe('10.9.0.1');
  });
});
