import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { END, ids, NET, type PluginBed, pluginBed } from './plugin-bed.ts';

let bed: PluginBed;

beforeEach(async () => {
  bed = await pluginBed();
});

afterEach(() => bed.close());

describe('hostile requests', () => {
  it.each([
    ['', 'it is empty'],
    ['  \n', 'it is empty'],
    ['{', 'it is not JSON'],
    ['[]', 'Invalid input: expected object, received array'],
    ['null', 'Invalid input: expected object, received null'],
    [{}, 'NetworkID: Invalid input: expected string, received undefined'],
    [{ ...ids, NetworkID: '../../etc' }, 'NetworkID: must be 64 hex digits'],
    [{ ...ids, NetworkID: `${NET}\n` }, 'NetworkID: must be 64 hex digits'],
    [{ ...ids, EndpointID: NET.toUpperCase() }, 'EndpointID: must be 64 hex digits'],
    [{ ...ids, Interface: { Address: 'x' } }, 'Interface.Address:'],
    [{ ...ids, Interface: { MacAddress: '0e:00' } }, 'Interface.MacAddress:'],
    [{ ...ids, Options: 'x' }, 'Options: Invalid input'],
  ])('%j to CreateEndpoint is refused', async (body, why) => {
    await bed.serve();
    const { Err } = (await bed.call('CreateEndpoint', body)) as { Err: string };
    expect(Err.startsWith(`the request CreateEndpoint is refused: ${why}`)).toBe(true);
    expect(bed.calls).toEqual([]);
  });

  it('a body without end is read and refused', async () => {
    await bed.serve();
    const { Err } = (await bed.call('Leave', 'x'.repeat(3 * 1024 * 1024))) as { Err: string };
    expect(Err).toBe('the request is refused: it has more than 1048576 bytes');
  });

  it.each(['1048577', '9007199254740991'])(
    'a body that claims %s bytes is refused before it comes',
    async (length) => {
      await bed.serve();
      const socket = connect(bed.socketPath);
      socket.write(`POST /NetworkDriver.Leave HTTP/1.1\r\nContent-Length: ${length}\r\n\r\n{`);
      const [answer] = await once(socket, 'data');
      socket.destroy();
      expect(String(answer)).toContain('it has more than 1048576 bytes');
    },
  );

  it('a million brackets are refused', async () => {
    await bed.serve();
    expect(await bed.call('Leave', '['.repeat(1_000_000))).toHaveProperty('Err');
  });

  it('no body whatever stops the server or reaches the driver unchecked', async () => {
    await bed.serve();
    const agent = new Agent({ keepAlive: true });
    const value = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          NetworkID: fc.oneof(fc.constant(NET), fc.anything()),
          EndpointID: fc.oneof(fc.constant(END), fc.anything()),
          Interface: fc.anything(),
          Options: fc.anything(),
          IPv4Data: fc.anything(),
        })
        .map((fields) => {
          try {
            return JSON.stringify(fields);
          } catch {
            return '{}';
          }
        }),
    );
    const name = fc.constantFrom(
      'CreateNetwork',
      'CreateEndpoint',
      'Join',
      'Leave',
      'DeleteNetwork',
    );
    await fc.assert(
      fc.asyncProperty(name, value, async (path, body) => {
        const answer = await bed.post(`/NetworkDriver.${path}`, body, agent);
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.text)).toBeTypeOf('object');
      }),
      { numRuns: 400 },
    );
    agent.destroy();
    for (const [, request] of bed.calls) expect(request).toMatchObject({ NetworkID: NET });
    expect(await bed.post('/Plugin.Activate', '')).toMatchObject({ status: 200 });
  });

  it('bytes that are no HTTP end that connection only', async () => {
    await bed.serve();
    const socket = connect(bed.socketPath);
    socket.write('\u0000\u0001 not http\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    expect(text).toContain('400');
    expect(await bed.post('/Plugin.Activate', '')).toMatchObject({ status: 200 });
  });
});
