import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DovesnapError } from '../domain/error.ts';
import type { Log } from '../edges/log.ts';
import { allowList } from './allow-list.ts';
import { eventReaders } from './event-readers.ts';
import type { Metrics } from './metrics.ts';
import type { StatusSource } from './source.ts';
import { jsonReply, type StatusReply, type StatusRoute, statusRoutes } from './status-routes.ts';

/** What the status server needs. */
export interface StatusServerOptions {
  /** `::` means all addresses, of both families where the host has both. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Networks (CIDRs) whose addresses may read; the peer's own address decides, never a header. */
  readonly authIps: readonly string[];
  readonly source: StatusSource;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Closes the server when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** A status server that listens. */
export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves what the daemon knows over HTTP, for reading only.
 * @throws DovesnapError `BAD_FLAG` when the address cannot be listened on.
 */
export async function serveStatus(options: StatusServerOptions): Promise<StatusServer> {
  const isAllowed = allowList(options.authIps);
  const readers = eventReaders(options.source, options.log);
  const routes = statusRoutes(options.source, options.metrics, readers);
  const server = createServer((request, response) => {
    const reply = isAllowed(request.socket.remoteAddress)
      ? answer(request, routes, options.log)
      : Promise.resolve(jsonReply(403, { error: 'this address may not read the status' }));
    void reply.then((value) => send(request, response, value));
  });
  await listen(server, options);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    readers.close();
    server.closeAllConnections();
    await closed;
  };
  if (options.signal?.aborted) await close();
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  return { port: (server.address() as AddressInfo | null)?.port ?? options.port, close };
}

async function listen(server: Server, { host, port }: StatusServerOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new DovesnapError(
          'BAD_FLAG',
          `the status server cannot listen on ${host} port ${port} (--status_host, --status_port): ${cause.message}`,
          { cause },
        ),
      );
    });
    // Without a host Node takes :: where there is IPv6 and 0.0.0.0 where there is none.
    server.listen(host === '::' ? { port } : { port, host }, resolve);
  });
}

/** Never rejects. */
async function answer(
  request: IncomingMessage,
  routes: ReadonlyMap<string, StatusRoute>,
  log: Log,
): Promise<StatusReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return jsonReply(405, { error: 'the status can only be read: use GET' });
  }
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const route = routes.get(path);
  if (!route) return jsonReply(404, { error: 'there is nothing here', paths: [...routes.keys()] });
  try {
    return await route();
  } catch (err) {
    log.error({ err, path }, `status page ${path} failed`);
    return jsonReply(500, { error: (err as Error).message });
  }
}

function send(request: IncomingMessage, response: ServerResponse, reply: StatusReply): void {
  const { body } = reply;
  response.writeHead(reply.status, {
    'Content-Type': reply.type,
    ...(typeof body === 'function' ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(reply.status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else if (typeof body === 'function') body(response);
  else response.end(body);
}
