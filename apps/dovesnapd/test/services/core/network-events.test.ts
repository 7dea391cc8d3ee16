import { expect, it } from 'vitest';
import type { NetworkEvent } from '../../../src/domain/network-event.ts';
import { type NetworkEvents, networkEvents } from '../../../src/services/core/network-events.ts';
import { registry } from '../../../src/services/core/registry.ts';
import { networkView } from '../../../src/status/network-view.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../../plan/sample.ts';

function listening(): { readonly events: NetworkEvents; readonly heard: NetworkEvent[] } {
  const heard: NetworkEvent[] = [];
  const events = networkEvents({ now: () => 1234 }, networkView);
  events.follow((event) => heard.push(event));
  return { events, heard };
}

/** Events are told after the turn that they happened in. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('tells of a network when it has its name and when it goes', async () => {
  const { events, heard } = listening();
  const known = registry(events);
  const network = sampleNetwork({}, { name: undefined });
  known.add(network);
  known.setName(network, 'office');
  known.setName(network, 'office');
  known.remove(network.spec.id);
  known.remove(network.spec.id);
  expect(heard).toEqual([]);
  await nextTurn();
  expect(heard.map(({ id, at, operation }) => [id, at, operation])).toEqual([
    [1, 1234, 'CREATE'],
    [2, 1234, 'DELETE'],
  ]);
  expect(heard[0]).toMatchObject({ network: { name: 'office' }, endpoint: undefined });
});

it('tells nothing of networks that were taken up, nor of one that goes before its name is known', async () => {
  const { events, heard } = listening();
  const known = registry(events);
  const taken = sampleNetwork({}, { name: 'lab' });
  known.add(taken);
  known.setName(taken, 'lab');
  const nameless = sampleNetwork({ id: 'f'.repeat(64) }, { name: undefined });
  known.add(nameless);
  known.remove(nameless.spec.id);
  await nextTurn();
  expect(heard).toEqual([]);
});

it('tells of a container once for each Join and Leave', async () => {
  const { events, heard } = listening();
  const network = sampleNetwork();
  const endpoint = sampleEndpoint();
  const port = addPort(network, 7, { endpoint });
  events.joining(endpoint);
  events.settled(network, port);
  // Its port was closed and opened again.
  events.settled(network, port);
  events.left(network, port);
  await nextTurn();
  expect(heard.map(({ operation }) => operation)).toEqual(['JOIN', 'LEAVE']);
  expect(heard[0]?.network.endpoints).toEqual([heard[0]?.endpoint]);
  expect(heard[0]?.endpoint).toMatchObject({ ofPort: 7, container: { name: 'web' } });
  expect(heard[1]?.network.endpoints).toEqual([]);
  expect(heard[1]?.endpoint).toMatchObject({ ofPort: 7, container: { name: 'web' } });
});

it('tells of a container that Docker could not name yet as soon as it is known', async () => {
  const { events, heard } = listening();
  const network = sampleNetwork();
  const endpoint = sampleEndpoint({ container: undefined });
  const port = addPort(network, 7, { phase: 'pending', endpoint });
  events.joining(endpoint);
  events.settled(network, port);
  await nextTurn();
  expect(heard).toEqual([]);
  endpoint.container = { id: 'c'.repeat(64), name: 'web', labels: {} };
  events.settled(network, port);
  await nextTurn();
  expect(heard.map(({ operation }) => operation)).toEqual(['JOIN']);
});

it('tells nothing of one that never got in, and of the leave of one that was taken up', async () => {
  const { events, heard } = listening();
  const network = sampleNetwork();
  const refused = addPort(network, 7, { phase: 'claimed', endpoint: sampleEndpoint() });
  if (refused.endpoint !== undefined) events.joining(refused.endpoint);
  events.left(network, refused);
  const unjoined = addPort(network, 8, { phase: 'claimed', endpoint: sampleEndpoint() });
  events.left(network, unjoined);
  const adopted = addPort(network, 9, { endpoint: sampleEndpoint({ id: 'a'.repeat(64) }) });
  events.settled(network, adopted);
  events.left(network, adopted);
  await nextTurn();
  expect(heard.map(({ operation, endpoint }) => [operation, endpoint?.ofPort])).toEqual([
    ['LEAVE', 9],
  ]);
});

it('looks at nothing while nobody listens, and counts on', async () => {
  let looks = 0;
  const events = networkEvents({ now: () => 0 }, (network) => {
    looks += 1;
    return networkView(network);
  });
  const heard: number[] = [];
  const network = sampleNetwork();
  events.created(network);
  const end = events.follow(({ id }) => heard.push(id));
  events.created(network);
  await nextTurn();
  end();
  events.created(network);
  await nextTurn();
  expect([looks, heard]).toEqual([1, [2]]);
});
