import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import type { NetworkEvent } from '../../src/domain/network-event.ts';
import { eventLine } from '../../src/status/event-line.ts';
import { createMetrics } from '../../src/status/metrics.ts';
import { type StatusServer, serveStatus } from '../../src/status/serve-status.ts';
import type { StatusSource } from '../../src/status/source.ts';
import { recordingLog } from '../recording-log.ts';
import { event, mynet, statusSource } from './views.ts';

let server: StatusServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A server, and what it takes to have it tell of events. */
async function serve(authIps: readonly string[] = ['127.0.0.0/8']) {
  const listeners = new Set<(event: NetworkEvent) => void>();
  const source: StatusSource = {
    ...statusSource([mynet]),
    onEvent: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const log = recordingLog();
  const metrics = createMetrics(source);
  server = await serveStatus({ host: '127.0.0.1', port: 0, authIps, source, metrics, log });
  const tell = (told: NetworkEvent): void => {
    for (const listener of listeners) listener(told);
  };
  return { listeners, log, tell };
}

function read(method = 'GET'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = '/events';
    const options = { host: '127.0.0.1', port: server?.port, path, method, agent: false };
    get(options, resolve).once('error', reject);
  });
}

it('sends each event as one line of data, to everybody who reads', async () => {
  const { tell } = await serve();
  const readers = [await read(), await read()];
  const told = [event('CREATE'), event('DELETE', { id: 2 })];
  for (const one of told) tell(one);
  await server?.close();
  const [first = '', second = ''] = told.map((one) => eventLine(one, '13A26F'));
  for (const reader of readers) {
    expect(reader.headers['content-type']).toBe('text/event-stream');
    expect(await text(reader)).toBe(
      `: events follow\n\nid: 1\ndata: ${first}\n\nid: 2\ndata: ${second}\n\n`,
    );
    expect(reader.complete).toBe(true);
  }
});

it('hears of events only while somebody reads', async () => {
  const { listeners } = await serve();
  expect((await read('HEAD')).headers['content-type']).toBe('text/event-stream');
  expect(listeners.size).toBe(0);
  const readers = [await read(), await read()];
  expect(listeners.size).toBe(1);
  for (const reader of readers) reader.destroy();
  await expect.poll(() => listeners.size).toBe(0);
});

it('cuts off a reader that does not keep up, with a word, and goes on with the others', async () => {
  const { log, tell } = await serve();
  const slow = connect({ host: '127.0.0.1', port: server?.port ?? 0 });
  slow.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise((resolve) => slow.once('readable', resolve));
  const reader = await read();
  let last = '';
  reader.setEncoding('utf8').on('data', (chunk: string) => {
    last = (last + chunk).slice(-200_000);
    reader.emit('told');
  });
  const told = async (id: number): Promise<void> => {
    while (!last.includes(`id: ${id}\n`) || !last.endsWith('\n\n')) await once(reader, 'told');
  };
  const notes = ['x'.repeat(100_000)];
  let id = 0;
  // Beside what may wait, the kernel takes some megabytes for each reader.
  while (log.lines.length === 0 && id < 1000) {
    id += 1;
    tell(event('CREATE', { id, network: { ...mynet, notes } }));
    await told(id);
  }
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'a reader of /events does not keep up: disconnected it',
      fields: { reader: '127.0.0.1' },
    },
  ]);
  tell(event('DELETE', { id: id + 1 }));
  await told(id + 1);
  slow.destroy();
});

it('has room for sixteen readers', async () => {
  await serve();
  const readers = await Promise.all(Array.from({ length: 16 }, () => read()));
  expect(readers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  const late = await read();
  expect([late.statusCode, await text(late)]).toEqual([
    503,
    '{"error":"16 readers are connected to the events already: try again later"}\n',
  ]);
  readers[0]?.destroy();
  await expect.poll(async () => (await read('HEAD')).statusCode).toBe(200);
});

it('is for those who may read the other pages', async () => {
  const { listeners } = await serve(['10.0.0.0/8']);
  expect((await read()).statusCode).toBe(403);
  expect(listeners.size).toBe(0);
});
