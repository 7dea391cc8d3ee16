import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type EventLog, eventLog } from './event-log.ts';
import { answerFor, type DockerContent } from './fake-docker-content.ts';
import { tempDir } from './temp-dir.ts';

/**
 * How the fake engine handles a request: it answers, refuses with a status, holds the request until the behaviour
 * changes, or closes the connection.
 */
export type DockerBehaviour = 'answer' | 'hang' | 'disconnect' | { readonly status: number };

/** An event in the format of Docker's event stream. */
export interface FakeDockerEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: {
    readonly ID: string;
    readonly Attributes?: Readonly<Record<string, string>> | undefined;
  };
}

/** A fake Docker engine that returns only the content that a test provides. */
export interface FakeDocker {
  readonly socketPath: string;
  /** The content of the answers. A test may change it at any time. */
  readonly content: DockerContent;
  /** `METHOD PATH` of every request, in order, with the query decoded. */
  readonly requests: EventLog<string>;
  /** Number of open event streams. */
  readonly streams: number;
  /** Sets the behaviour for requests from now on, including held ones. The path has no version and no query. */
  behave(behaviour: DockerBehaviour | ((path: string) => DockerBehaviour)): void;
  /** Sends an event to the streams whose filter includes its type. */
  emit(event: FakeDockerEvent): void;
  /** Closes every event stream, as dockerd does when it exits. */
  dropStreams(): void;
  close(): Promise<void>;
}

interface Stream {
  readonly response: ServerResponse;
  readonly types: readonly string[] | undefined;
}

/** Starts a fake engine on a unix socket in its own directory. */
export async function fakeDocker(content: Partial<DockerContent> = {}): Promise<FakeDocker> {
  const folder = await tempDir('fake-docker');
  const socketPath = join(folder.path, 'docker.sock');
  const state: DockerContent = {
    ...{ id: 'FAKE:ENGINE', version: '20.10.24' },
    ...{ networks: [], containers: [], images: {} },
  };
  Object.assign(state, content);
  const requests = eventLog<string>('the requests to the fake Docker');
  const streams = new Set<Stream>();
  let held: (() => void)[] = [];
  let behaviour: (path: string) => DockerBehaviour = () => 'answer';

  const treat = (url: URL, request: IncomingMessage, response: ServerResponse): void => {
    const how = behaviour(url.pathname);
    if (how === 'hang') held.push(() => treat(url, request, response));
    else if (how === 'disconnect') request.socket.destroy();
    else if (how !== 'answer') sendJson(response, how.status, { message: 'scripted error' });
    else if (url.pathname === '/events') openStream(streams, url, response);
    else sendJson(response, ...answerFor(state, url));
  };
  const server = createServer((request, response) => {
    const url = new URL((request.url ?? '/').replace(/^\/v\d\.\d+/, ''), 'http://docker');
    requests.add(`${request.method} ${url.pathname}${decodeURIComponent(url.search)}`);
    treat(url, request, response);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    content: state,
    requests,
    get streams(): number {
      return streams.size;
    },
    behave(next): void {
      behaviour = typeof next === 'function' ? next : () => next;
      const retry = held;
      held = [];
      for (const again of retry) again();
    },
    emit(event): void {
      const line = `${JSON.stringify({ ...event, scope: 'local' })}\n`;
      for (const { response, types } of streams) {
        if (types === undefined || types.includes(event.Type)) response.write(line);
      }
    },
    dropStreams(): void {
      for (const { response } of streams) response.destroy();
      streams.clear();
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await folder.remove();
    },
  };
}

function openStream(streams: Set<Stream>, url: URL, response: ServerResponse): void {
  const filters = JSON.parse(url.searchParams.get('filters') ?? '{}') as { type?: unknown };
  const stream = { response, types: filterValues(filters.type) };
  streams.add(stream);
  response.on('close', () => streams.delete(stream));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}

/** Returns the values of a filter. Docker accepts both `["a"]` and `{"a":true}`. */
function filterValues(filter: unknown): readonly string[] | undefined {
  if (filter === undefined || filter === null) return undefined;
  return Array.isArray(filter) ? filter.map(String) : Object.keys(filter);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
