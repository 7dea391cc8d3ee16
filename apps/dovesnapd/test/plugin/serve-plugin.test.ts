import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DovesnapError } from '../../src/domain/error.ts';
import { END, gate, ids, NET, type PluginBed, pluginBed } from './plugin-bed.ts';

let bed: PluginBed;

beforeEach(async () => {
  bed = await pluginBed();
});

afterEach(() => bed.close());

describe('the handshake', () => {
  it('answers with empty bodies, as Docker sends them', async () => {
    await bed.serve();
    expect(await bed.post('/Plugin.Activate', '')).toEqual({
      status: 200,
      text: '{"Implements":["NetworkDriver"]}',
    });
    expect(await bed.call('GetCapabilities', '')).toEqual({
      Scope: 'local',
      ConnectivityScope: 'local',
      GwAllocChecker: true,
    });
  });

  it.each(['Host: \r\n', 'Host: %2Frun%2Fdocker%2Fplugins%2Fdovesnap.sock\r\n', ''])(
    'answers whatever an engine writes as Host: %j',
    async (host) => {
      await bed.serve();
      const socket = connect(bed.socketPath);
      socket.write(
        `POST /Plugin.Activate HTTP/1.1\r\n${host}Accept: application/vnd.docker.plugins.v1.2+json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      let text = '';
      for await (const chunk of socket.setEncoding('utf8')) text += chunk;
      expect(text).toContain('HTTP/1.1 200');
      expect(text).toContain('NetworkDriver');
    },
  );
});

describe('calls', () => {
  const pools = [
    {
      AddressSpace: 'LocalDefault',
      Pool: '10.70.0.0/16',
      Gateway: '10.70.5.254/16',
      AuxAddresses: { h1: '10.70.5.9/16' },
    },
  ];
  const skipped = { SkipIPv4: true, SkipIPv6: true };
  const generic = { 'com.docker.network.generic': { 'ovs.bridge.mode': 'nat' } };

  it.each([
    ['GwAllocCheck', { Options: generic }, ['checkGateway', { Options: generic }], skipped],
    ['GwAllocCheck', { Options: null }, ['checkGateway', { Options: {} }], skipped],
    [
      'CreateNetwork',
      { NetworkID: NET, Options: generic, IPv4Data: pools, IPv6Data: null, SomethingNew: 1 },
      ['createNetwork', { NetworkID: NET, Options: generic, IPv4Data: pools, IPv6Data: [] }],
      {},
    ],
    ['DeleteNetwork', { NetworkID: NET }, ['deleteNetwork', { NetworkID: NET }], {}],
    [
      'CreateEndpoint',
      {
        ...ids,
        Interface: { Address: '10.64.0.2/24', AddressIPv6: '', MacAddress: '' },
        Options: null,
      },
      [
        'createEndpoint',
        {
          ...ids,
          Interface: { Address: '10.64.0.2/24', AddressIPv6: '', MacAddress: '' },
          Options: {},
        },
      ],
      { Interface: { MacAddress: '0e:00:00:00:00:01' } },
    ],
    [
      'CreateEndpoint',
      { ...ids, Interface: null },
      [
        'createEndpoint',
        { ...ids, Interface: { Address: '', AddressIPv6: '', MacAddress: '' }, Options: {} },
      ],
      { Interface: { MacAddress: '0e:00:00:00:00:01' } },
    ],
    ['DeleteEndpoint', ids, ['deleteEndpoint', ids], {}],
    [
      'Join',
      { ...ids, SandboxKey: '/var/run/docker/netns/bb252f92b3d8', Options: { a: [1] } },
      ['join', { ...ids, SandboxKey: '/var/run/docker/netns/bb252f92b3d8', Options: { a: [1] } }],
      { InterfaceName: { SrcName: 'v1', DstPrefix: 'eth' }, Gateway: '10.9.0.1' },
    ],
    ['Leave', ids, ['leave', ids], {}],
    ['EndpointOperInfo', ids, ['endpointInfo', ids], { Value: { port: 3 } }],
    [
      'ProgramExternalConnectivity',
      { ...ids, Options: {} },
      ['programExternalConnectivity', { ...ids, SandboxKey: '', Options: {} }],
      {},
    ],
    ['RevokeExternalConnectivity', ids, ['revokeExternalConnectivity', ids], {}],
  ])('%s reaches the driver checked and is answered', async (name, body, reached, reply) => {
    await bed.serve();
    expect(await bed.call(name, body)).toEqual(reply);
    expect(bed.calls).toEqual([reached]);
  });

  it.each([
    ['AllocateNetwork', { Options: {} }],
    ['FreeNetwork', {}],
    ['DiscoverNew', {}],
    ['DiscoverDelete', {}],
  ])('%s of swarm is answered without the driver', async (name, reply) => {
    await bed.serve();
    expect(await bed.call(name, {})).toEqual(reply);
    expect(bed.calls).toEqual([]);
  });

  it('run side by side', async () => {
    const held = gate();
    await bed.serve({
      leave: () => held.opened,
      deleteNetwork: () => Promise.resolve(held.open()),
    });
    const leaving = bed.call('Leave', ids);
    await bed.call('DeleteNetwork', { NetworkID: NET });
    expect(await leaving).toEqual({});
  });

  it('are told with their time and success', async () => {
    const seen: [string, boolean][] = [];
    await bed.serve(
      { leave: () => Promise.reject(new DovesnapError('OVS_AWAY', 'gone')) },
      {
        onCall: (name, seconds, ok) => {
          expect(seconds).toBeGreaterThanOrEqual(0);
          seen.push([name, ok]);
        },
      },
    );
    await bed.call('Leave', ids);
    await bed.call('DeleteEndpoint', ids);
    expect(seen).toEqual([
      ['Leave', false],
      ['DeleteEndpoint', true],
    ]);
  });

  it('are logged with the names behind their ids, known before the call or after it', async () => {
    let joined = false;
    await bed.serve(
      {
        join: () => {
          joined = true;
          return Promise.resolve({ InterfaceName: { SrcName: 'v', DstPrefix: 'eth' } });
        },
        deleteEndpoint: () => {
          joined = false;
          return Promise.resolve();
        },
      },
      {
        describe: ({ networkId }) => ({
          network: networkId === NET ? 'mynet' : undefined,
          container: joined ? 'web' : undefined,
        }),
      },
    );
    await bed.call('Join', ids);
    await bed.call('DeleteEndpoint', ids);
    const names = { network: 'mynet', container: 'web', networkId: NET, endpointId: END };
    const milliseconds: unknown = expect.any(Number);
    expect(bed.log.lines.filter(({ level }) => level !== 'trace')).toEqual([
      { level: 'info', message: 'Join answered', fields: { call: 'Join', milliseconds, ...names } },
      {
        level: 'info',
        message: 'DeleteEndpoint answered',
        fields: { call: 'DeleteEndpoint', milliseconds, ...names },
      },
    ]);
  });
});

describe('the log at trace level', () => {
  it('has what Docker asks and what it is answered', async () => {
    const reply = { InterfaceName: { SrcName: 'v', DstPrefix: 'eth' } };
    await bed.serve({ join: () => Promise.resolve(reply) });
    await bed.call('Join', ids);
    const traced = bed.log.lines.filter(({ level }) => level === 'trace');
    expect(traced.map(({ message, fields }) => [message, fields])).toEqual([
      ['Docker asks', { call: 'Join', body: JSON.stringify(ids) }],
      ['Docker is answered', { call: 'Join', reply: expect.objectContaining(reply) }],
    ]);
  });
});

describe('errors', () => {
  it('reach the user as one sentence in a 200 answer', async () => {
    const why = new DovesnapError('BAD_OPTION', 'option x cannot be "y": accepted is z');
    await bed.serve({ createNetwork: () => Promise.reject(why) });
    expect(await bed.call('CreateNetwork', { NetworkID: NET })).toEqual({ Err: why.message });
  });

  it('that nobody foresaw are made one line, and their stack is logged', async () => {
    const surprise = new TypeError('first\nsecond\u001b[31m');
    await bed.serve({ join: () => Promise.reject(surprise) });
    expect(await bed.call('Join', ids)).toEqual({ Err: 'first second [31m' });
    expect(bed.log.lines.at(-1)).toMatchObject({ level: 'warn', fields: { err: surprise } });
  });

  it('say so when a call or a method is unknown, with the status that Docker takes for "not implemented"', async () => {
    await bed.serve();
    expect(await bed.post('/NetworkDriver.Fly', ids)).toEqual({
      status: 404,
      text: '{"Err":"this call is unknown to the dovesnap driver"}',
    });
  });
});
