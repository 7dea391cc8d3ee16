import type { ServerResponse } from 'node:http';
import { toDot, toPng, toSvg } from '@dovesnap/graph';
import { type EventReaders, mostReaders } from './event-readers.ts';
import { stringifyExact } from './json.ts';
import type { Metrics } from './metrics.ts';
import { networksView } from './networks-view.ts';
import type { StatusSource } from './source.ts';
import { topologyView } from './topology-view.ts';

/** One answer of the status server. */
export interface StatusReply {
  readonly status: number;
  readonly type: string;
  /** A function writes the body in its own time, until either side ends it. */
  readonly body: string | Uint8Array | ((response: ServerResponse) => void);
}

/** Makes the answer of one path. */
export type StatusRoute = () => StatusReply | Promise<StatusReply>;

/** An answer in JSON; bigint as bare numbers. */
export function jsonReply(status: number, value: unknown): StatusReply {
  return { status, type: 'application/json', body: `${stringifyExact(value)}\n` };
}

/** Every path of the status server. */
export function statusRoutes(
  source: StatusSource,
  metrics: Metrics,
  readers: EventReaders,
): ReadonlyMap<string, StatusRoute> {
  const topology = () => topologyView(source.networks(), source.hostname);
  const ok = (type: string, body: string | Uint8Array): StatusReply => ({
    status: 200,
    type,
    body,
  });
  return new Map<string, StatusRoute>([
    ['/networks', () => jsonReply(200, networksView(source.networks(), source.shortEngineId))],
    ['/topology.json', () => jsonReply(200, topology())],
    ['/topology.dot', () => ok('text/vnd.graphviz; charset=utf-8', toDot(topology()))],
    ['/topology.svg', async () => ok('image/svg+xml', await toSvg(topology()))],
    ['/topology.png', async () => ok('image/png', await toPng(topology()))],
    ['/events', () => events(readers)],
    ['/metrics', async () => ok(metrics.contentType, await metrics.text())],
    ['/healthz', () => jsonReply(200, { ok: true })],
    ['/readyz', () => readiness(source)],
  ]);
}

function events(readers: EventReaders): StatusReply {
  return readers.hasRoom()
    ? { status: 200, type: 'text/event-stream', body: readers.admit }
    : jsonReply(503, {
        error: `${mostReaders} readers are connected to the events already: try again later`,
      });
}

function readiness(source: StatusSource): StatusReply {
  const parts = source.health();
  const away = parts.filter((part) => !part.up).map((part) => part.part);
  const failing = source.failing().map((item) => ({
    ...item,
    since: new Date(item.since).toISOString(),
  }));
  const ready = away.length + failing.length === 0;
  return jsonReply(ready ? 200 : 503, { ready, away, failing, parts });
}
