import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CreatedEndpoint, type EngineBed, idOf, openEngineBed } from './engine-calls.ts';
import { recordedEndpoints, statusEndpoints, untilPortsRest } from './fleet.ts';
import { networkStatus } from './network-status.ts';

// The calls of engine 29.7.2 that no older one makes, in its order and with its options, as recorded of it.

let bed: EngineBed;
let host: Host;
let web: string;

/** The options and addresses of a network as this engine sends them. */
function request(subnet: number, options: object = {}): object {
  const prefix = `10.83.${subnet}`;
  return {
    Options: {
      'com.docker.network.enable_ipv4': true,
      'com.docker.network.enable_ipv6': false,
      'com.docker.network.generic': { 'ovs.bridge.mode': 'nat' },
      ...options,
    },
    IPv4Data: [
      {
        AddressSpace: 'LocalDefault',
        Pool: `${prefix}.0/24`,
        Gateway: `${prefix}.1/24`,
        AuxAddresses: {},
      },
    ],
    IPv6Data: [],
  };
}

beforeAll(async () => {
  bed = await openEngineBed('engine29');
  ({ host } = bed);
  bed.docker.content.version = '29.7.2';
  web = await bed.createNetwork('web', '10.83.0.0/24', request(0));
  await untilPortsRest(host, 'web');
});

afterAll(async () => {
  await bed?.close();
});

/** Gives a container labels, as the engine lists it. */
function label(container: string, labels: Readonly<Record<string, string>>): void {
  const { content } = bed.docker;
  content.containers = content.containers.map((item) =>
    item.Id === idOf(container) ? { ...item, Labels: labels } : item,
  );
}

/** Lets the engine take an endpoint down with these calls, and expects that nothing is left of it. */
async function end(ids: CreatedEndpoint['ids'], calls: readonly string[]): Promise<void> {
  for (const name of calls) expect(await bed.call(name, ids)).toEqual({});
  await untilPortsRest(host, 'web');
  expect(await statusEndpoints(host, 'web')).toEqual([]);
  expect(await recordedEndpoints(host)).toEqual([]);
}

/** Makes an endpoint and joins it; answers its ids. */
async function join(container: string, last: number): Promise<CreatedEndpoint['ids']> {
  const { ids } = await bed.createEndpoint(web, container, `10.83.0.${last}/24`);
  const reply = await bed.call('Join', { ...ids, SandboxKey: '/run/docker/netns/1', Options: {} });
  expect(reply).toMatchObject({ Gateway: '10.83.0.1' });
  return ids;
}

describe('engine 29', () => {
  test('follows a refused Join with Leave and DeleteEndpoint, and the next one succeeds', async () => {
    const { ids } = await bed.createEndpoint(web, 'refused', '10.83.0.10/24');
    label('refused', { 'dovesnap.faucet.portacl': 'no-such' });
    const reply = await bed.call('Join', { ...ids, SandboxKey: '/run/docker/netns/1' });
    expect(reply).toEqual({ Err: expect.stringContaining('names ACL "no-such"') });
    await end(ids, ['Leave', 'DeleteEndpoint']);
    await end(await join('next', 11), ['Leave', 'DeleteEndpoint']);
  });

  test('sends Leave twice when it could not use the answer to Join', async () => {
    await end(await join('twice', 12), ['Leave', 'Leave', 'DeleteEndpoint']);
  });

  test('programs external connectivity again without revoking it, and ends without revoking it', async () => {
    const ids = await join('again', 13);
    const proxy = { 'com.docker.network.driver.private.no_proxy_6to4': true };
    for (const Options of [{}, proxy, {}]) {
      expect(await bed.call('ProgramExternalConnectivity', { ...ids, Options })).toEqual({});
    }
    expect((await statusEndpoints(host, 'web')).map((item) => item.state)).toEqual(['open']);
    await end(ids, ['Leave', 'DeleteEndpoint']);
  });

  test('asks about an endpoint while it boots with live-restore, and is answered before it serves', async () => {
    const ids = await join('kept', 14);
    bed.docker.behave('hang');
    bed.docker.dropStreams();
    expect(await bed.call('EndpointOperInfo', ids)).toEqual({ Value: expect.anything() });
    bed.docker.behave('answer');
    expect((await statusEndpoints(host, 'web')).map((item) => item.state)).toEqual(['open']);
    await end(ids, ['Leave', 'DeleteEndpoint']);
  });

  test('programs external connectivity on an internal network too, of whose names the user is told', async () => {
    const internal = { 'com.docker.network.internal': true };
    const id = await bed.createNetwork('inner', '10.83.1.0/24', request(1, internal));
    const { ids } = await bed.createEndpoint(id, 'inside', '10.83.1.10/24');
    await bed.call('Join', { ...ids, SandboxKey: '/run/docker/netns/1', Options: {} });
    expect(await bed.call('ProgramExternalConnectivity', { ...ids, Options: {} })).toEqual({});
    expect((await statusEndpoints(host, 'inner')).map((item) => item.state)).toEqual(['open']);
    const notes = (await networkStatus(host, 'inner'))?.Notes;
    expect(notes).toContainEqual(expect.stringMatching(/^Docker 29\.7\.2 finds no outside names/));
  });

  test('is told that a network without IPv4 is not supported yet', async () => {
    const Options = {
      'com.docker.network.enable_ipv4': false,
      'com.docker.network.enable_ipv6': true,
    };
    const IPv6Data = [{ Pool: 'fd00:83::/64', Gateway: 'fd00:83::1/64', AuxAddresses: {} }];
    const body = { NetworkID: idOf('six'), Options, IPv4Data: [], IPv6Data };
    expect(await bed.call('CreateNetwork', body)).toEqual({
      Err: 'option --ipv6 is not supported yet',
    });
  });
});
