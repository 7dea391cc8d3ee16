import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fakeClock, tempDir } from '@dovesnap/testkit';
import { expect, it, vi } from 'vitest';
import { sendThrough } from '../src/flow/flow-monitor.ts';

/** What ovs-ofctl is to those who talk to it through its control socket: it answers, and waits for more. */
function program(answer: object, heard: string[] = []): Server {
  return createServer((connection) => {
    connection.on('data', (chunk) => {
      heard.push(String(chunk));
      connection.write(JSON.stringify(answer));
    });
  });
}

async function listen(server: Server, socket: string): Promise<void> {
  server.listen(socket);
  await once(server, 'listening');
}

it('sends as soon as the program listens', async () => {
  await using folder = await tempDir('ctl');
  const socket = join(folder.path, 'ctl');
  const clock = fakeClock();
  const sent = sendThrough(socket, '0412', clock, new AbortController().signal);
  await vi.waitFor(() => expect(clock.sleepers()).toHaveLength(1));
  const heard: string[] = [];
  await using server = program({ id: 0, result: 'sent', error: null }, heard);
  await listen(server, socket);
  await clock.advance(10);
  await sent;
  expect(heard.map((text) => JSON.parse(text))).toEqual([
    { id: 0, method: 'ofctl/send', params: ['0412'] },
  ]);
});

it('says why the program did not send', async () => {
  await using folder = await tempDir('ctl');
  const socket = join(folder.path, 'ctl');
  await using server = program({ id: 0, result: null, error: 'not connected' });
  await listen(server, socket);
  const sent = sendThrough(socket, '0412', fakeClock(), new AbortController().signal);
  await expect(sent).rejects.toMatchObject({
    code: 'OFCTL',
    message: 'ovs-ofctl could not ask the switch: not connected',
  });
});

it('ends with the program', async () => {
  const gone = new AbortController();
  const clock = fakeClock();
  const sent = sendThrough('/nowhere/ctl', '0412', clock, gone.signal);
  await vi.waitFor(() => expect(clock.sleepers()).toHaveLength(1));
  gone.abort();
  await expect(sent).rejects.toThrow('aborted');
});
