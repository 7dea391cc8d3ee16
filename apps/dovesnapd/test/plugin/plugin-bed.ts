import { mkdtemp, rm } from 'node:fs/promises';
import { type Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  type PluginServer,
  type PluginServerOptions,
  servePlugin,
} from '../../src/plugin/serve-plugin.ts';
import type { NetworkDriver } from '../../src/protocol/network-driver.ts';
import { recordingLog } from '../recording-log.ts';

export const NET: string = 'a'.repeat(64);
export const END: string = 'b'.repeat(64);
export const ids = { NetworkID: NET, EndpointID: END };

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A plugin server in a folder of its own, over a driver that records its calls. */
export interface PluginBed {
  readonly socketPath: string;
  readonly calls: [string, unknown][];
  readonly log: ReturnType<typeof recordingLog>;
  serve(
    driver?: Partial<NetworkDriver>,
    options?: Partial<PluginServerOptions>,
  ): Promise<PluginServer>;
  post(path: string, body: string | object, agent?: Agent): Promise<Answer>;
  /** Posts a call of the driver and reads the JSON of its 200 answer. */
  call(name: string, body: string | object): Promise<unknown>;
  close(): Promise<void>;
}

export async function pluginBed(): Promise<PluginBed> {
  const folder = await mkdtemp(join(tmpdir(), 'plugin-'));
  const socketPath = join(folder, 'plugins', 'dovesnap.sock');
  const calls: [string, unknown][] = [];
  const log = recordingLog();
  let server: PluginServer | undefined;
  const post = (path: string, body: string | object, agent?: Agent): Promise<Answer> =>
    postTo(socketPath, path, typeof body === 'string' ? body : JSON.stringify(body), agent);
  return {
    socketPath,
    calls,
    log,
    post,
    serve: async (driver, options) => {
      server = await servePlugin({
        socketPath,
        driver: { ...fakeDriver(calls), ...driver },
        log,
        ...options,
      });
      return server;
    },
    call: async (name, body) => {
      const { status, text } = await post(`/NetworkDriver.${name}`, body);
      expect(status).toBe(200);
      return JSON.parse(text);
    },
    close: async () => {
      await server?.close();
      await rm(folder, { recursive: true });
    },
  };
}

function fakeDriver(calls: [string, unknown][]): NetworkDriver {
  const record =
    <Reply>(name: string, reply: Reply) =>
    (request: unknown): Promise<Reply> => {
      calls.push([name, request]);
      return Promise.resolve(reply);
    };
  return {
    checkGateway: record('checkGateway', { SkipIPv4: true, SkipIPv6: true }),
    createNetwork: record('createNetwork', undefined),
    deleteNetwork: record('deleteNetwork', undefined),
    createEndpoint: record('createEndpoint', { Interface: { MacAddress: '0e:00:00:00:00:01' } }),
    deleteEndpoint: record('deleteEndpoint', undefined),
    join: record('join', {
      InterfaceName: { SrcName: 'v1', DstPrefix: 'eth' },
      Gateway: '10.9.0.1',
    }),
    leave: record('leave', undefined),
    endpointInfo: record('endpointInfo', { port: 3 }),
    programExternalConnectivity: record('programExternalConnectivity', undefined),
    revokeExternalConnectivity: record('revokeExternalConnectivity', undefined),
  };
}

function postTo(socketPath: string, path: string, body: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { socketPath, path, method: 'POST', agent: agent ?? false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.once('error', reject);
    request.end(body);
  });
}

/** A promise and what resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
