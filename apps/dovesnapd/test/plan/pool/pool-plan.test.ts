import type { SwitchState } from '@dovesnap/ovs';
import { describe, expect, test } from 'vitest';
import { planPool, portsToForgo, unfitPorts } from '../../../src/plan/pool/pool-plan.ts';
import { marked } from '../../sample-treatments.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

const none = { waiting: 0, isSettling: () => false, isLosingAcls: () => false };

describe('what there is to do about the ports of a network', () => {
  test('is to add ports to a new one', () => {
    const nothing = { rebuild: [], retire: [], settle: [], isDone: true };
    expect(planPool(sampleNetwork(), none)).toEqual({ ...nothing, add: 8 });
  });

  test('is nothing when enough are free', () => {
    const network = sampleNetwork();
    for (const ofPort of [1, 2, 3, 4]) addPort(network, ofPort);
    expect(planPool(network, none)).toMatchObject({ add: 0, isDone: true });
  });

  test('is to rebuild ports that were left, and to give up those with a treatment', () => {
    const network = sampleNetwork();
    const plain = addPort(network, 1, { phase: 'dirty' });
    const treated = addPort(network, 2, { phase: 'dirty', treatments: marked });
    expect(planPool(network, none)).toMatchObject({
      ...{ rebuild: [plain], retire: [treated], settle: [], isDone: false },
    });
    const isLosingAcls = () => true;
    expect(planPool(network, { ...none, isLosingAcls })).toMatchObject({ rebuild: [], retire: [] });
  });

  test('is to see the flows of ports that lack them, once their policy is known', () => {
    const network = sampleNetwork();
    const endpoint = sampleEndpoint();
    const free = addPort(network, 1, { flows: 'awaited' });
    const lost = addPort(network, 2, { flows: 'lost' });
    const claimed = addPort(network, 3, { phase: 'claimed', flows: 'lost', endpoint });
    const adopted = addPort(network, 4, { flows: 'awaited', endpoint });
    addPort(network, 5, { phase: 'pending', flows: 'awaited', held: true, endpoint });
    // It is closed first.
    addPort(network, 6, { flows: 'lost', endpoint });
    // Whoever changed its ACLs waits for its flows.
    addPort(network, 7, { phase: 'claimed', flows: 'edited', endpoint });
    expect(planPool(network, none).settle).toEqual([free, lost, claimed, adopted]);
    const isSettling = (port: object) => port !== free;
    expect(planPool(network, { ...none, isSettling }).settle).toEqual([free]);
  });
});

test('free ports with a treatment are fit for nobody', () => {
  const network = sampleNetwork();
  const left = addPort(network, 1, { treatments: marked });
  addPort(network, 2, { treatments: marked, endpoint: sampleEndpoint() });
  addPort(network, 3);
  expect(unfitPorts(network, { bridges: [] } as unknown as SwitchState)).toEqual([left]);
});

test('a number that is somebody else’s is given up once no endpoint has its port', () => {
  const network = sampleNetwork();
  const free = addPort(network, 1);
  const taken = addPort(network, 2, { endpoint: sampleEndpoint() });
  expect(portsToForgo([free, taken])).toEqual([free]);
});
