import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { DovesnapError } from '../domain/error.ts';
import type { Log } from '../log.ts';
import type { NetworkDriver } from './driver.ts';
import { replyError, replyValue, sentenceOf } from './reply.ts';
import { pluginRoutes, type Route } from './routes.ts';
import { listenAlone } from './socket.ts';

/** What the plugin server needs. */
export interface PluginServerOptions {
  readonly socketPath: string;
  readonly driver: NetworkDriver;
  readonly log: Log;
  /** Closes the server when it fires. */
  readonly signal?: AbortSignal | undefined;
  /** Names for the log, e.g. `{ network: 'mynet', container: 'web' }`; asked before and after a call, since some calls make the thing and some remove it. */
  readonly describe?: ((ids: CallIds) => object) | undefined;
  /** Told of every call that has ended; seconds. */
  readonly onCall?: ((call: string, seconds: number, ok: boolean) => void) | undefined;
  /** Longest time one call may take, milliseconds; default 30000. Docker itself waits for ever. */
  readonly callDeadline?: number | undefined;
  /** Time that running calls get to end by themselves when the server closes, milliseconds; default 5000. */
  readonly closeGrace?: number | undefined;
}

/** What a call is about, as far as its body says. */
export interface CallIds {
  readonly networkId?: string | undefined;
  readonly endpointId?: string | undefined;
}

/** A server that listens. */
export interface PluginServer {
  /** Takes no more calls, lets the running ones end, removes its own socket. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;
// Docker sends a request in one piece; whoever has not sent all of it by then never will.
const requestMs = 10_000;
const checkMs = 5000;
// Calls that Docker makes all the time or that change nothing.
const QUIET: ReadonlySet<string> = new Set(['Activate', 'GetCapabilities', 'EndpointOperInfo']);

/**
 * Serves Docker's remote network driver protocol on a unix socket. A call goes on when its client has gone: Docker does
 * not take it back either.
 * @throws DovesnapError `ALREADY_RUNNING`, `BAD_FLAG`.
 */
export async function servePlugin(options: PluginServerOptions): Promise<PluginServer> {
  const routes = pluginRoutes(options.driver);
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  // Engines differ in the Host header (20.10 sends an empty one), and an idle close would race with the next request.
  const server = createServer(
    {
      requireHostHeader: false,
      keepAliveTimeout: 0,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
    },
    (request, response) => {
      const call = serveCall({ request, response, routes, options, signal: stopping.signal });
      running.add(call);
      void call.finally(() => running.delete(call));
    },
  );
  const socket = await listenAlone(server, options.socketPath);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await socket.remove();
      await closeServer(server, running, stopping, options.closeGrace ?? 5000);
    })();
    return closed;
  };
  if (options.signal?.aborted) await close();
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  return { close };
}

async function closeServer(
  server: Server,
  running: ReadonlySet<Promise<void>>,
  stopping: AbortController,
  grace: number,
): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => stopping.abort(), grace);
  await Promise.allSettled(running);
  clearTimeout(timer);
  server.closeAllConnections();
  await ended;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly routes: ReadonlyMap<string, Route>;
  readonly options: PluginServerOptions;
  readonly signal: AbortSignal;
}

/** Never rejects: what goes wrong is the answer. */
async function serveCall({ request, response, routes, options, signal }: Call): Promise<void> {
  const started = performance.now();
  const path = request.url ?? '';
  const call = path.slice(path.lastIndexOf('.') + 1);
  const route = request.method === 'POST' ? routes.get(path) : undefined;
  let ids: CallIds = {};
  let before: object = {};
  let failure: { readonly reason: unknown } | undefined;
  try {
    const body = await readBody(request);
    options.log.trace({ call, body }, 'Docker asks');
    ids = idsOf(body);
    before = namesOf(options, ids);
    if (!route) {
      throw new DovesnapError('BAD_REQUEST', 'this call is unknown to the dovesnap driver');
    }
    const wait = { signal, deadline: options.callDeadline ?? 30_000 };
    const reply = await route(body, wait);
    replyValue(response, reply);
    options.log.trace({ call, reply }, 'Docker is answered');
  } catch (reason) {
    failure = { reason };
    // To Docker, 404 says "not implemented", which some calls may be.
    replyError(response, reason, route ? 200 : 404);
  }
  const seconds = (performance.now() - started) / 1000;
  if (route) options.onCall?.(call, seconds, !failure);
  const fields = { ...ids, ...before, ...namesOf(options, ids) };
  logCall(options.log, { call: route ? call : path.slice(0, 100), fields, seconds, failure });
  // Until the answer is out: closing the server cuts what is still on its way. A client that has gone is no failure.
  await finished(response).catch(() => undefined);
}

async function readBody(request: IncomingMessage): Promise<string> {
  // Answered at once: what was promised may never come. Node drops what does come after the answer.
  if (Number(request.headers['content-length']) > BODY_LIMIT) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: a client that still sends would not see the answer.
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) throw tooLong();
  return Buffer.concat(chunks).toString('utf8');
}

function tooLong(): DovesnapError {
  return new DovesnapError(
    'BAD_REQUEST',
    `the request is refused: it has more than ${BODY_LIMIT} bytes`,
  );
}

interface Ended {
  readonly call: string;
  readonly fields: object;
  readonly seconds: number;
  readonly failure: { readonly reason: unknown } | undefined;
}

function logCall(log: Log, { call, fields, seconds, failure }: Ended): void {
  const line = { call, milliseconds: Math.round(seconds * 10_000) / 10, ...fields };
  if (failure) {
    // A reason of ours is for the user and says all; anything else is a surprise, and its stack is wanted.
    const { reason } = failure;
    const extra = reason instanceof DovesnapError ? { code: reason.code } : { err: reason };
    log.warn({ ...line, ...extra }, `${call} failed: ${sentenceOf(reason)}`);
  } else if (QUIET.has(call)) {
    log.debug(line, `${call} answered`);
  } else {
    log.info(line, `${call} answered`);
  }
}

/** The names that are known now; those that are not are left out, so that they do not hide what was known before. */
function namesOf(options: PluginServerOptions, ids: CallIds): object {
  const known = Object.entries(options.describe?.(ids) ?? {}).filter(
    ([, name]) => name !== undefined,
  );
  return Object.fromEntries(known);
}

/** Only for the log: the call's own check is stricter. */
function idsOf(body: string): CallIds {
  const id = (name: string): string | undefined =>
    new RegExp(`"${name}":\\s*"([0-9a-f]{64})"`).exec(body)?.[1];
  return { networkId: id('NetworkID'), endpointId: id('EndpointID') };
}
