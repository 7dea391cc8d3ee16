import { describe, expect, test } from 'vitest';
import { findSurplus, surplusInBoth } from '../../../src/plan/networks/surplus.ts';
import { dockerNetwork } from '../docker-sample.ts';
import { addPort, sampleEndpoint, sampleNetwork } from '../sample.ts';

describe('what Docker no longer lists', () => {
  const nothing = { networks: [], endpoints: [], isUnsure: false };
  const free = () => false;

  test('is surplus when it was there before the list was asked for', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    expect(findSurplus([network], [], 5000, free)).toEqual({
      networks: [network],
      endpoints: [{ network, port, id: port.endpoint?.id }],
      isUnsure: false,
    });
  });

  test('is kept when it was made while the list was on its way', () => {
    const network = sampleNetwork({ createdAt: 5000 });
    addPort(network, 1, { endpoint: sampleEndpoint({ createdAt: 6000 }) });
    expect(findSurplus([network], [], 5000, free)).toEqual(nothing);
  });

  test('is kept while a container uses it', () => {
    const network = sampleNetwork();
    addPort(network, 1, { endpoint: sampleEndpoint() });
    const listed = [dockerNetwork()];
    const surplus = findSurplus([network], listed, 5000, () => true);
    expect(surplus).toEqual({ ...nothing, isUnsure: true });
  });

  test('cannot be told by a list that lacks a network in use', () => {
    const used = sampleNetwork();
    const port = addPort(used, 1, { endpoint: sampleEndpoint() });
    const unused = sampleNetwork({ id: 'b'.repeat(64) });
    const isInUse = (one: unknown): boolean => one === port;
    expect(findSurplus([used, unused], [], 5000, isInUse)).toBeUndefined();
    const listed = [dockerNetwork()];
    expect(findSurplus([used, unused], listed, 5000, isInUse)?.networks).toEqual([unused]);
  });

  test('is only the endpoint when the network is listed', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    const surplus = findSurplus([network], [dockerNetwork()], 5000, free);
    const left = { network, port, id: port.endpoint?.id };
    expect(surplus).toEqual({ ...nothing, endpoints: [left] });
  });

  test('is only what two lists lack: a port may have another endpoint by then', () => {
    const network = sampleNetwork();
    const port = addPort(network, 1, { endpoint: sampleEndpoint() });
    const earlier = findSurplus([network], [dockerNetwork()], 5000, free);
    Object.assign(port, { endpoint: sampleEndpoint({ id: 'f'.repeat(64) }) });
    const later = findSurplus([network], [dockerNetwork()], 9000, free);
    if (earlier === undefined || later === undefined) throw new Error('the lists are complete');
    expect(surplusInBoth(earlier, earlier).endpoints).toEqual(earlier.endpoints);
    expect(surplusInBoth(earlier, later)).toEqual({ networks: [], endpoints: [] });
  });
});
