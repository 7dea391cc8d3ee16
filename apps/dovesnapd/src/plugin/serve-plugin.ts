import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { DovesnapError } from '../domain/error.ts';
import type { Log } from '../edges/log.ts';
import type { NetworkDriver } from '../protocol/network-driver.ts';
import { pluginRoutes, type Route } from './plugin-routes.ts';
import { replyError, replyValue, sentenceOf } from './reply.ts';
import { listenAlone } from './socket.ts';

/** Options of {@link servePlugin}. */
export interface PluginServerOptions {
  readonly socketPath: string;
  readonly driver: NetworkDriver;
  readonly log: Log;
  /** Closes the server when it fires. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Returns names for the log, e.g. `{ network: 'mynet', container: 'web' }`. Called before and after a call, because
   * some calls create the object and some remove it.
   */
  readonly describe?: ((ids: CallIds) => object) | undefined;
  /** Called after every call, with its duration in seconds. */
  readonly onCall?: ((call: string, seconds: number, ok: boolean) => void) | undefined;
  /**
   * Maximum duration of a call in milliseconds. Default 30000. Docker itself waits forever for a driver that is not one of
   * its managed plugins.
   */
  readonly callDeadline?: number | undefined;
  /** Time that running calls have to finish when the server closes, in milliseconds. Default 5000. */
  readonly closeGrace?: number | undefined;
}

/** The ids that a call's body contains. */
export interface CallIds {
  readonly networkId?: string | undefined;
  readonly endpointId?: string | undefined;
}

/** A listening server. */
export interface PluginServer {
  /** Accepts no more calls, lets running calls finish and removes its own socket. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;
// Docker sends a request in one piece. A client that has not sent all of it within this time never will.
const requestMs = 10_000;
const checkMs = 5000;
// Who is told to end has this time for an answer of its own, which knows more than ours.
const lastWordMs = 1000;
// Calls that Docker makes constantly or that change nothing.
const QUIET: ReadonlySet<string> = new Set(['Activate', 'GetCapabilities', 'EndpointOperInfo']);

/**
 * Serves Docker's remote network driver protocol on a unix socket. A call continues after its client has disconnected,
 * because Docker does not cancel it either.
 *
 * @throws DovesnapError `ALREADY_RUNNING`, `BAD_FLAG`.
 */
export async function servePlugin(options: PluginServerOptions): Promise<PluginServer> {
  const routes = pluginRoutes(options.driver);
  const running = new Map<AbortController, Promise<void>>();
  // Engines send different Host headers (20.10 sends an empty one), and closing an idle connection would race with the
  // next request.
  const server = createServer(
    {
      requireHostHeader: false,
      keepAliveTimeout: 0,
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
    },
    (request, response) => {
      const ending = new AbortController();
      const call = serveCall({ request, response, routes, options, ending });
      running.set(ending, call);
      void call.finally(() => running.delete(ending));
    },
  );
  const socket = await listenAlone(server, options.socketPath);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await socket.remove();
      await closeServer(server, running, options.closeGrace ?? 5000);
    })();
    return closed;
  };
  if (options.signal?.aborted) await close();
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  return { close };
}

async function closeServer(
  server: Server,
  running: ReadonlyMap<AbortController, Promise<void>>,
  grace: number,
): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  const reason = new DovesnapError('STOPPING', 'dovesnapd is stopping: try again when it runs');
  const timer = setTimeout(() => {
    for (const ending of running.keys()) ending.abort(reason);
  }, grace);
  await Promise.allSettled(running.values());
  clearTimeout(timer);
  server.closeAllConnections();
  await ended;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly routes: ReadonlyMap<string, Route>;
  readonly options: PluginServerOptions;
  /** To be aborted when it has to end. */
  readonly ending: AbortController;
}

/** Never rejects: an error becomes the reply. */
async function serveCall({ request, response, routes, options, ending }: Call): Promise<void> {
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
    const deadline = options.callDeadline ?? 30_000;
    const reply = await inTime(ending, tooLate(call, deadline), deadline, () =>
      route(body, ending.signal),
    );
    replyValue(response, reply);
    options.log.trace({ call, reply }, 'Docker is answered');
  } catch (reason) {
    failure = { reason };
    // For Docker, 404 means "not implemented", which is allowed for some calls.
    replyError(response, reason, route ? 200 : 404);
  }
  const seconds = (performance.now() - started) / 1000;
  if (route) options.onCall?.(call, seconds, !failure);
  const fields = { ...ids, ...before, ...namesOf(options, ids) };
  logCall(options.log, { call: route ? call : path.slice(0, 100), fields, seconds, failure });
  // Wait until the reply is sent, because closing the server cuts off replies in progress. A disconnected client is not
  // an error.
  await finished(response).catch(() => undefined);
}

/** Runs a call, and answers for it when it does not end although it has to. */
async function inTime<T>(
  ending: AbortController,
  late: Error,
  deadline: number,
  run: () => Promise<T>,
): Promise<T> {
  const { signal } = ending;
  const timers = [setTimeout(() => ending.abort(late), deadline)];
  const unanswered = new Promise<never>((_, reject) => {
    const answer = (): void => {
      timers.push(setTimeout(() => reject(signal.reason), lastWordMs));
    };
    signal.addEventListener('abort', answer, { once: true });
  });
  try {
    return await Promise.race([run(), unanswered]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function tooLate(call: string, deadline: number): DovesnapError {
  return new DovesnapError(
    'TIMED_OUT',
    `${call} took longer than ${deadline / 1000} s: /readyz of dovesnapd may say what does not answer`,
  );
}

async function readBody(request: IncomingMessage): Promise<string> {
  // Reply at once, because the announced body may never arrive. Node drops anything that arrives after the reply.
  if (Number(request.headers['content-length']) > BODY_LIMIT) throw tooLong();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and dropped: a client that is still sending would not see the reply.
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
    // An error of ours is written for the user and is complete. Any other error is unexpected, so its stack is logged.
    const { reason } = failure;
    const extra = reason instanceof DovesnapError ? { code: reason.code } : { err: reason };
    log.warn({ ...line, ...extra }, `${call} failed: ${sentenceOf(reason)}`);
  } else if (QUIET.has(call)) {
    log.debug(line, `${call} answered`);
  } else {
    log.info(line, `${call} answered`);
  }
}

/** Returns the names that are known now. Unknown ones are left out, so that they do not hide earlier ones. */
function namesOf(options: PluginServerOptions, ids: CallIds): object {
  const known = Object.entries(options.describe?.(ids) ?? {}).filter(
    ([, name]) => name !== undefined,
  );
  return Object.fromEntries(known);
}

/** Only for the log. The call's own check is stricter. */
function idsOf(body: string): CallIds {
  const id = (name: string): string | undefined =>
    new RegExp(`"${name}":\\s*"([0-9a-f]{64})"`).exec(body)?.[1];
  return { networkId: id('NetworkID'), endpointId: id('EndpointID') };
}
