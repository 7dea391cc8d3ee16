import { expect, test, vi } from 'vitest';
import type { AttachedNetwork, Port } from '../../../src/domain/attached-network.ts';
import { tellPort } from '../../../src/domain/port-life.ts';
import { suspendPort } from '../../../src/services/endpoints/suspend-port.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';
import { turnsInOrder } from '../turns-in-order.ts';

const attachments = () => ({
  suspend: vi.fn(async (_network: AttachedNetwork, port: Port, reason: string) => {
    tellPort(port, { kind: 'held' });
    tellPort(port, { kind: 'set-aside', phase: 'pending', reason });
  }),
});

test('an open port is closed before it is rewritten', async () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint() });
  const { suspend } = attachments();
  await suspendPort({ turns: turnsInOrder() }, { suspend }, network, port, 'somebody changed it');
  expect(suspend).toHaveBeenCalledWith(network, port, 'somebody changed it');
  expect(port).toMatchObject({ phase: 'pending', flows: 'awaited' });
});

test.each([
  ['free', { phase: 'free' }, { phase: 'free', flows: 'awaited' }],
  ['warming', { flows: 'awaited' }, { phase: 'free', flows: 'awaited' }],
  ['dirty', { phase: 'dirty' }, { phase: 'dirty' }],
  ['building', { phase: 'building' }, { phase: 'building' }],
] as const)('a port that is %s is seen again before it is taken', async (_what, before, after) => {
  const network = sampleNetwork();
  const port = addPort(network, 1, before);
  const { suspend } = attachments();
  await suspendPort({ turns: turnsInOrder() }, { suspend }, network, port, 'somebody changed it');
  expect(suspend).not.toHaveBeenCalled();
  expect(port).toMatchObject(after);
});
