import { expect, test } from 'vitest';
import type { AttachedNetwork, Port } from '../../../src/domain/attached-network.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { macHolders } from '../../../src/services/endpoints/mac-holders.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

const mac = '02:00:00:00:00:05';

/** A service whose Docker lists these endpoints, and ports with a container each that is about to be attached. */
function bed(listed: readonly string[] | undefined): {
  claim: (port: Port) => Promise<string>;
  add: (ofPort: number, phase?: 'claimed' | 'open') => Port;
  network: AttachedNetwork;
} {
  const network = sampleNetwork();
  const answer = listed && { endpoints: listed.map((id) => ({ id })) };
  const parts = {
    docker: { network: async () => answer },
    ovs: { state: () => ({ bridges: [] }) },
  } as unknown as Parts;
  const holders = macHolders(parts);
  const outcome = (port: Port): Promise<string> =>
    holders.claim(network, port, mac).then(
      () => 'claimed',
      (error: Error) => error.message,
    );
  const add = (ofPort: number, phase: 'claimed' | 'open' = 'claimed'): Port => {
    const container = { id: `${ofPort}`, name: `c${ofPort}`, labels: {} };
    return addPort(network, ofPort, {
      phase,
      endpoint: sampleEndpoint({ id: `e${ofPort}`, mac, container }),
    });
  };
  return { claim: outcome, add, network };
}

test('of two containers that ask for one MAC at once the first gets it and the other is told of it', async () => {
  const { claim, add } = bed(['e1', 'e2']);
  const [first, second] = [add(1), add(2)];
  expect(await Promise.all([claim(first), claim(second)])).toEqual([
    'claimed',
    'container c2 cannot have MAC 02:00:00:00:00:05 on network lab: container c1 has it',
  ]);
  expect(await claim(first)).toBe('claimed');
});

test('a container that was open before the daemon ran has its MAC', async () => {
  const { claim, add } = bed(['e1', 'e2']);
  add(1, 'open');
  expect(await claim(add(2))).toContain('container c1 has it');
});

test('what Docker no longer lists has no MAC any more', async () => {
  const { claim, add } = bed(['e2']);
  add(1, 'open');
  expect(await claim(add(2))).toBe('claimed');
});

test('a MAC stays taken while Docker does not answer', async () => {
  const { claim, add } = bed(undefined);
  add(1, 'open');
  expect(await claim(add(2))).toContain('container c1 has it');
});

test('a MAC is free when the port of who had it has been given back', async () => {
  const { claim, add, network } = bed(['e1', 'e2']);
  await claim(add(1));
  network.ports.delete(1);
  expect(await claim(add(2))).toBe('claimed');
});
