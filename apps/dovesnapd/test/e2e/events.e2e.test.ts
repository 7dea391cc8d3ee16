import { addPeer, type Host, type HostProcess, until } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, createNetwork, openLab, startContainer } from './lab.ts';
import { containerStatus, type NetworkStatus } from './network-status.ts';

const url = 'http://127.0.0.1:9401/events';

/** One event, as the Go driver wrote it. */
interface Line {
  readonly Version: number;
  readonly Time: number;
  readonly Msg: {
    readonly NetworkState: NetworkStatus;
    readonly Type: string;
    readonly Operation: string;
    readonly Details: Readonly<Record<string, string>> | null;
  };
}

let host: Host;
let reader: HostProcess;

beforeAll(async () => {
  host = await openLab('events');
  reader = await readEvents();
});

afterAll(async () => {
  await host?.close();
});

/** A reader that is there: what happens from now on, it gets. */
async function readEvents(): Promise<HostProcess> {
  await until(() => host.daemon.status('/healthz'), { what: 'the status server' });
  const curl = await host.spawn('curl', ['-N', '-S', '-s', url]);
  await curl.output.waitFor(({ text }) => text === ': events follow');
  return curl;
}

/** The event of this operation on a network, which comes. */
async function eventOf(operation: string, network: string): Promise<Line> {
  const entry = await reader.output.waitFor(({ text }) => {
    const line = parse(text);
    return line?.Msg.Operation === operation && line.Msg.NetworkState.NetworkName === network;
  });
  const line = parse(entry.text);
  if (line === undefined) throw new Error('it is no event');
  return line;
}

function parse(text: string): Line | undefined {
  return text.startsWith('data: ') ? (JSON.parse(text.slice('data: '.length)) as Line) : undefined;
}

/** All that the reader has got. */
function heard(): readonly Line[] {
  return reader.output.entries.flatMap(({ text }) => parse(text) ?? []);
}

describe('a reader of /events', () => {
  let port: string;
  let web: string;

  test('sees a network come, as /networks shows it', async () => {
    const before = Math.floor(Date.now() / 1000);
    const networkId = await createNetwork(host, 'office', { 'ovs.bridge.vlan': '333' });
    const line = await eventOf('CREATE', 'office');
    expect(line).toEqual({
      Version: 1,
      Time: expect.any(Number),
      Msg: {
        NetworkState: expect.objectContaining({ NetworkId: networkId, BridgeVLAN: 333 }),
        Type: 'NETWORK',
        Operation: 'CREATE',
        Details: null,
      },
    });
    expect(line.Time).toBeGreaterThanOrEqual(before);
    expect(line.Time).toBeLessThanOrEqual(Date.now() / 1000);
    const all = (await host.daemon.status('/networks')) as Readonly<Record<string, object>>;
    expect(Object.keys(line.Msg.NetworkState)).toEqual(Object.keys(all[networkId] ?? {}));
  });

  test('sees a container join, with its port and addresses', async () => {
    web = await startContainer(host, 'web', 'office');
    const { Msg } = await eventOf('JOIN', 'office');
    const shown = await containerStatus(host, 'office', 'web');
    port = `${shown?.OFPort}`;
    expect(Msg.Type).toBe('CONTAINER');
    expect(Msg.Details).toEqual({
      name: '/web',
      id: web,
      port,
      mac: shown?.MacAddress,
      ip: await addressOf(host, 'web', 'office'),
    });
    expect(Msg.NetworkState.DynamicNetworkStates.Containers[web]).toMatchObject({
      Name: '/web',
      State: 'open',
    });
  });

  test('sees it leave, and the network go', async () => {
    await host.docker('rm', '--force', 'web');
    const { Msg } = await eventOf('LEAVE', 'office');
    expect(Msg.Type).toBe('CONTAINER');
    expect(Msg.Details).toEqual({ name: '/web', id: web, port });
    expect(Msg.NetworkState.DynamicNetworkStates.Containers).toEqual({});
    await host.docker('network', 'rm', 'office');
    expect((await eventOf('DELETE', 'office')).Msg).toMatchObject({
      Type: 'NETWORK',
      Details: null,
    });
  });

  test('has seen each of them once, in order, with a count', () => {
    expect(heard().map(({ Msg }) => Msg.Operation)).toEqual(['CREATE', 'JOIN', 'LEAVE', 'DELETE']);
    const ids = reader.output.entries.flatMap(({ text }) => /^id: (\d+)$/.exec(text)?.[1] ?? []);
    expect(ids).toEqual(['1', '2', '3', '4']);
  });

  test('sees a container that joins while Faucet is away, once', async () => {
    await createNetwork(host, 'later');
    await host.faucet.kill();
    await startContainer(host, 'late', 'later', ['--label=dovesnap.faucet.portacl=allow-all']);
    const { Msg } = await eventOf('JOIN', 'later');
    expect(Msg.Details).toMatchObject({ name: '/late' });
    expect(Object.values(Msg.NetworkState.DynamicNetworkStates.Containers)).toEqual([
      expect.objectContaining({ Name: '/late', State: 'pending' }),
    ]);
    await host.faucet.start();
    await until(async () => (await containerStatus(host, 'later', 'late'))?.State === 'open', {
      what: 'the port of late to open',
    });
  });
});

test('the daemon ends the stream when it stops; networks that it takes up later are no events', async () => {
  expect(await host.daemon.stop()).toMatchObject({ code: 0 });
  // 18 were a stream that broke off.
  expect(await reader.exited).toMatchObject({ code: 0 });
  await host.daemon.start();
  reader = await readEvents();
  await host.docker('rm', '--force', 'late');
  const { Msg } = await eventOf('LEAVE', 'later');
  expect(Msg.Details).toMatchObject({ name: '/late' });
  expect(heard()).toHaveLength(1);
});

test('an address that may not read the other pages may not read the events', async () => {
  const peer = await addPeer(host, {
    name: 'stranger',
    address: '203.0.113.1/24',
    hostAddress: '203.0.113.2/24',
  });
  await host.daemon.stop();
  await host.daemon.start({ args: ['--status_host=0.0.0.0'] });
  const allowed = await readEvents();
  const stranger = await peer.run('curl', [
    ...['-s', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}'],
    'http://203.0.113.2:9401/events',
  ]);
  expect(stranger.stdout).toBe('403');
  await allowed.stop();
});
