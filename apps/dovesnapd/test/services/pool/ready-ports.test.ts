import { afterEach, expect, test, vi } from 'vitest';
import type { Flows } from '../../../src/services/flows/flows.ts';
import { portNews } from '../../../src/services/pool/port-news.ts';
import { readyPorts } from '../../../src/services/pool/ready-ports.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';

const warned = vi.fn();

process.on('warning', warned);

afterEach(() => process.off('warning', warned));

test('any number of ports is waited for at once, and Node takes none of the waits for a leak', async () => {
  const network = sampleNetwork();
  const ports = Array.from({ length: 20 }, (_, index) =>
    addPort(network, index + 1, { phase: 'free', flows: 'awaited' }),
  );
  const untilCarries: Flows['untilCarries'] = (_network, _port, { signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const flows = { untilCarries } as unknown as Flows;
  const stop = new AbortController();
  const wait = { ms: 2000, signal: stop.signal };
  const waiting = readyPorts({ lower: async () => undefined }, flows, portNews()).within(
    network,
    ports,
    wait,
  );
  stop.abort();
  await waiting;
  // Warnings are told in the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).not.toHaveBeenCalled();
});
