import { findBridge, type PortState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { vethNames } from '../../../src/domain/names.ts';
import { portSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { adoptPorts } from '../../../src/plan/pool/adopt-ports.ts';
import { port, stateWith } from '../interfaces/other-ports-sample.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const network = sampleNetwork();
const mine = addPort(network, 5, { endpoint: sampleEndpoint() });
const { externalIds = {} } = portSpec(network.spec, mine, 'RKVJ:HCRC');

function adopted(...ports: readonly PortState[]) {
  const bridge = findBridge(stateWith(...ports), network.spec.bridge);
  return bridge === undefined ? [] : adoptPorts(network.spec, bridge);
}

describe('the ports that a bridge remembers', () => {
  test('are taken up with their endpoints', () => {
    expect(adopted(port(mine.hostLink, { ofPort: 5, externalIds }))).toMatchObject([
      {
        ofPort: 5,
        hostLink: mine.hostLink,
        phase: 'open',
        flows: 'awaited',
        endpoint: { id: mine.endpoint?.id },
      },
    ]);
  });

  test('are to be rebuilt where a container has left and they were not', () => {
    const left = addPort(network, 6, { phase: 'dirty' });
    const spec = portSpec(network.spec, left, 'RKVJ:HCRC');
    expect(
      adopted(port(left.hostLink, { ofPort: 6, externalIds: spec.externalIds ?? {} })),
    ).toMatchObject([{ ofPort: 6, phase: 'dirty', endpoint: undefined }]);
  });

  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['that only looks like ours', mine.hostLink, {}],
    ['of another network by its name', vethNames('f'.repeat(64), 5, 'a').hostLink, externalIds],
    ['with our mark under another name', 'vnet0', externalIds],
    ['whose record somebody has spoilt', mine.hostLink, spoilt('dovesnap.endpoint')],
  ])('leave out one %s', (_what, name, ids) => {
    expect(adopted(port(name, { ofPort: 5, externalIds: ids }))).toEqual([]);
  });
});

function spoilt(key: string): Readonly<Record<string, string>> {
  expect(externalIds).toHaveProperty([key]);
  return { ...externalIds, [key]: '{"id":' };
}
