import { describe, expect, test } from 'vitest';
import {
  changePortRecord,
  formatBridgeRecord,
  parseBridgeRecord,
  parsePortRecord,
} from '../../src/domain/record.ts';
import { bridgeRecord, portRecord } from '../../src/plan/networks/bridge-spec.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';

const engine = 'RKVJ:HCRC';

describe('records', () => {
  test('of a network come back as they were written', () => {
    const record = bridgeRecord(sampleNetwork({}, { gatewayGiven: true }), engine);
    expect(parseBridgeRecord(formatBridgeRecord(record))).toEqual(record);
  });

  test.each([
    ['claimed', undefined, 'created'],
    ['opening', undefined, 'created'],
    ['opening', 'Faucet is away', 'pending'],
    ['pending', 'Faucet is away', 'pending'],
    ['open', undefined, 'open'],
  ] as const)('of a port that is %s (%s) say %s', (phase, reason, recorded) => {
    const port = addPort(sampleNetwork(), 7, { phase, reason, endpoint: sampleEndpoint() });
    const { endpoint } = portRecord(sampleNetwork().spec, port, engine);
    expect(endpoint).toMatchObject({ phase: recorded, reason });
  });

  test('of a port with an endpoint come back as they were written', () => {
    const network = sampleNetwork();
    const port = addPort(network, 7, { acls: ['a', 'b'], endpoint: sampleEndpoint() });
    const record = portRecord(network.spec, port, engine);
    const change = changePortRecord(record) as Record<string, string>;
    expect(parsePortRecord(change)).toEqual(record);
  });

  test('of a port without an endpoint take the old one away', () => {
    const network = sampleNetwork();
    const change = changePortRecord(portRecord(network.spec, addPort(network, 7), engine));
    expect(change['dovesnap.endpoint']).toBeNull();
  });

  test('are not read from rows without our mark', () => {
    expect(parseBridgeRecord({ owner: 'lab' })).toBeUndefined();
    expect(parsePortRecord({ 'iface-id': 'x' })).toBeUndefined();
  });
});
