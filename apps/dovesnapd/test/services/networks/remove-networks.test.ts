import { expect, it } from 'vitest';
import type { CleanupDocker } from '../../../src/edges/edges.ts';
import { removeNetworks } from '../../../src/services/networks/remove-networks.ts';

const on: Readonly<Record<string, readonly string[]>> = { one: ['web', 'db'], two: [], three: [] };

function docker(calls: string[], fail: (call: string) => boolean = () => false): CleanupDocker {
  const named = (names: readonly string[]) => names.map((name) => ({ id: `${name}-id`, name }));
  const call = async (text: string): Promise<void> => {
    calls.push(text);
    if (fail(text)) throw new Error('dovesnapd does not answer');
  };
  return {
    networks: async () => named(Object.keys(on)),
    containersOn: async (id) => named(on[id.replace('-id', '')] ?? []),
    disconnect: (network, container) => call(`disconnect ${network} ${container}`),
    kill: (container) => call(`kill ${container}`),
    remove: (network) => call(`remove ${network}`),
  };
}

it('takes the containers off a network and ends them before it removes the network', async () => {
  const [calls, lines]: [string[], string[]] = [[], []];
  expect(await removeNetworks(docker(calls), (line) => lines.push(line))).toBe(true);
  expect(calls.slice(0, 5)).toEqual([
    'disconnect one-id web-id',
    'kill web-id',
    'disconnect one-id db-id',
    'kill db-id',
    'remove one-id',
  ]);
  expect(lines).toContain('container web on network one has been ended');
});

it('goes on with the others where one cannot be removed, and says why', async () => {
  const [calls, lines]: [string[], string[]] = [[], []];
  const broken = docker(calls, (call) => call === 'remove two-id');
  expect(await removeNetworks(broken, (line) => lines.push(line))).toBe(false);
  expect(lines).toContain('network two could not be removed: dovesnapd does not answer');
  expect(lines).toContain('network three has been removed');
});
