import { describe, expect, test } from 'vitest';
import {
  changePortRecord,
  formatBridgeRecord,
  parseBridgeRecord,
  parsePortRecord,
} from '../../src/domain/record.ts';
import { bridgeRecord, portRecord } from '../../src/plan/networks/bridge-spec.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../plan/sample.ts';
import { marked, markTreatment, paceTreatment } from '../sample-treatments.ts';

const engine = 'RKVJ:HCRC';
const known = [markTreatment, paceTreatment];

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
    const port = addPort(network, 7, {
      ...{
        acls: ['a', 'b'],
        treatments: new Map<string, boolean | number>([...marked, ['pace', 0]]),
      },
      endpoint: sampleEndpoint(),
    });
    const record = portRecord(network.spec, port, engine);
    const change = changePortRecord(record, known) as Record<string, string>;
    expect(parsePortRecord(change, known)).toEqual(record);
  });

  test('of a port without an endpoint take the old one away', () => {
    const network = sampleNetwork();
    const change = changePortRecord(portRecord(network.spec, addPort(network, 7), engine), known);
    expect(change).toMatchObject({ 'dovesnap.endpoint': null, 'dovesnap.pace': null });
  });

  test('are not read from rows without our mark', () => {
    expect(parseBridgeRecord({ owner: 'lab' })).toBeUndefined();
    expect(parsePortRecord({ 'iface-id': 'x' }, known)).toBeUndefined();
  });
});
