import { expect, test, vi } from 'vitest';
import { suspendPort } from '../../../src/services/endpoints/suspend-port.ts';
import { serial } from '../../../src/services/serial.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

const attachments = () => ({ suspend: vi.fn(async () => undefined) });

test('an open port is closed before it is written anew', async () => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { endpoint: sampleEndpoint() });
  const { suspend } = attachments();
  await suspendPort({ serial: serial() }, { suspend }, network, port, 'somebody changed it');
  expect(suspend).toHaveBeenCalledWith(network, port, 'somebody changed it');
  expect(port.phase).toBe('warming');
});

test.each([
  ['ready', 'warming'],
  ['warming', 'warming'],
  ['dirty', 'dirty'],
  ['building', 'building'],
] as const)('a free port that is %s is %s then', async (before, after) => {
  const network = sampleNetwork();
  const port = addPort(network, 1, { phase: before });
  const { suspend } = attachments();
  await suspendPort({ serial: serial() }, { suspend }, network, port, 'somebody changed it');
  expect(suspend).not.toHaveBeenCalled();
  expect(port.phase).toBe(after);
});
