import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/status/metrics.ts';
import { type StatusServer, serveStatus } from '../../src/status/serve-status.ts';
import type { StatusSource } from '../../src/status/source.ts';
import { recordingLog } from '../recording-log.ts';
import { mynet, NET, nameless, statusSource } from './views.ts';

let server: StatusServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(
  source: StatusSource = statusSource([mynet, nameless]),
  options: Partial<Parameters<typeof serveStatus>[0]> = {},
): Promise<ReturnType<typeof recordingLog>> {
  const log = recordingLog();
  server = await serveStatus({
    host: '127.0.0.1',
    port: 0,
    authIps: ['127.0.0.0/8'],
    source,
    metrics: createMetrics(source),
    log,
    ...options,
  });
  return log;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server?.port, path, method, agent: false };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.once('error', reject);
    request.end();
  });
}

describe('pages', () => {
  it('/networks has the exact datapath id', async () => {
    await serve();
    const { status, headers, body } = await ask('/networks?pretty');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body.toString()).toContain('"BridgeDpidUint":18446744073709551615,');
    expect(JSON.parse(body.toString())).toHaveProperty(NET);
  });

  it('/topology comes as JSON, DOT, SVG and PNG', async () => {
    await serve();
    expect(JSON.parse((await ask('/topology.json')).body.toString())).toMatchObject({
      title: 'host1',
      bridges: [{ network: 'mynet' }, { mode: 'flat' }],
    });
    expect((await ask('/topology.dot')).body.toString()).toMatch(/^digraph/);
    const svg = await ask('/topology.svg');
    expect(svg.headers['content-type']).toBe('image/svg+xml');
    expect(svg.body.toString()).toContain('web');
    const png = await ask('/topology.png');
    expect(png.headers['content-type']).toBe('image/png');
    expect(png.body.subarray(1, 4).toString()).toBe('PNG');
  });

  it('/metrics is in the format that Prometheus reads', async () => {
    await serve();
    const { headers, body } = await ask('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body.toString()).toContain('dovesnap_networks 2');
  });

  it('/healthz is well while the process lives, /readyz names what is away', async () => {
    await serve(statusSource([], ['docker', 'faucet']));
    expect((await ask('/healthz')).status).toBe(200);
    const ready = await ask('/readyz');
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body.toString())).toEqual({
      ready: false,
      away: ['docker', 'faucet'],
      failing: [],
      parts: [
        { part: 'docker', up: false, detail: 'it does not answer' },
        { part: 'ovs', up: true },
        { part: 'faucet', up: false, detail: 'it does not answer' },
      ],
    });
  });

  it('/readyz is not ready while something fails, and says what, why and since when', async () => {
    const what = 'write the datapath to faucet.yaml';
    const reason = 'no space left on the device';
    await serve(statusSource([], [], [{ what, network: 'lab', reason, since: 0 }]));
    const { status, body } = await ask('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(body.toString())).toMatchObject({
      ready: false,
      away: [],
      failing: [{ what, network: 'lab', reason, since: '1970-01-01T00:00:00.000Z' }],
    });
    const { body: page } = await ask('/metrics');
    expect(page.toString()).toContain(`dovesnap_failing{what="${what}",network="lab"} 1`);
  });

  it('/readyz is ready when all parts answer', async () => {
    await serve();
    const { status, body } = await ask('/readyz');
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({ ready: true, away: [] });
  });

  it.each(['/', '/networks/', '/../etc/passwd', '//', '/NETWORKS'])(
    '%s is not there, and the answer says what is',
    async (path) => {
      await serve();
      const { status, body } = await ask(path);
      expect(status).toBe(404);
      expect((JSON.parse(body.toString()) as { paths: string[] }).paths).toContain('/networks');
    },
  );

  it('answer HEAD without a body and refuse other methods', async () => {
    await serve();
    const head = await ask('/networks', 'HEAD');
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    const post = await ask('/networks', 'POST');
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('that fail say why, in the answer and in the log', async () => {
    const broken = new Error('no networks');
    const source: StatusSource = {
      ...statusSource([]),
      networks: () => {
        throw broken;
      },
    };
    const log = await serve(source);
    const { status, body } = await ask('/networks');
    expect([status, body.toString()]).toEqual([500, '{"error":"no networks"}\n']);
    expect(log.lines[0]).toMatchObject({ level: 'error', fields: { err: broken } });
  });
});

describe('who may read', () => {
  it('is decided by the address of the peer', async () => {
    await serve(undefined, { authIps: ['10.0.0.0/8'] });
    const { status, body } = await ask('/networks');
    expect([status, body.toString()]).toEqual([
      403,
      '{"error":"this address may not read the status"}\n',
    ]);
  });

  it('holds on all addresses too, where IPv4 peers come mapped into IPv6', async () => {
    await serve(undefined, { host: '::' });
    expect((await ask('/healthz')).status).toBe(200);
  });
});

describe('starting and stopping', () => {
  it('says which flags to change when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const { port } = other.address() as AddressInfo;
    await expect(serve(undefined, { port })).rejects.toMatchObject({
      code: 'BAD_FLAG',
      message: expect.stringContaining(
        `cannot listen on 127.0.0.1 port ${port} (--status_host, --status_port): `,
      ),
    });
    await new Promise((resolve) => {
      other.close(resolve);
    });
  });

  it('stops with the signal', async () => {
    const stop = new AbortController();
    await serve(undefined, { signal: stop.signal });
    stop.abort();
    await server?.close();
    await expect(ask('/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
