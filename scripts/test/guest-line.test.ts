import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tempDir } from '@dovesnap/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { talkToGuest } from '../lib/guest-line.mjs';

interface Agent {
  say(message: unknown): void;
  hangUp(): void;
  heard(): Promise<{ id: number; file: string; args: string[]; cwd?: string }>;
}

let line: ReturnType<typeof talkToGuest>;
let agent: Agent;
let close: () => Promise<void>;

beforeEach(async () => {
  const folder = await tempDir('guest');
  const server = createServer().listen(join(folder.path, 'port'));
  await once(server, 'listening');
  const near = createConnection(join(folder.path, 'port'));
  const [far] = (await once(server, 'connection')) as [Socket];
  const lines = createInterface({ input: far })[Symbol.asyncIterator]();
  line = talkToGuest(near);
  agent = {
    say: (message) => void far.write(`${JSON.stringify(message)}\n`),
    hangUp: () => void far.destroy(),
    heard: async () => JSON.parse((await lines.next()).value),
  };
  close = async () => {
    near.destroy();
    far.destroy();
    server.close();
    await folder.remove();
  };
});

afterEach(async () => {
  await close();
});

describe('the line to a guest', () => {
  test('sends a command and answers what it printed and how it ended', async () => {
    const ended = line.attempt('ip', ['link'], { cwd: '/srv' });
    const { id, ...command } = await agent.heard();
    expect(command).toEqual({ file: 'ip', args: ['link'], cwd: '/srv' });
    agent.say({ id, stream: 'stdout', text: 'lo' });
    agent.say({ id, stream: 'stderr', text: 'no eth0' });
    agent.say({ id, stream: 'stdout', text: ': up\n' });
    agent.say({ id, code: 3 });
    expect(await ended).toEqual({ code: 3, stdout: 'lo: up\n', stderr: 'no eth0' });
  });

  test('keeps the output of two commands apart', async () => {
    const both = [line.attempt('one', []), line.attempt('two', [])];
    const ids = [(await agent.heard()).id, (await agent.heard()).id];
    for (const id of ids.toReversed()) {
      agent.say({ id, stream: 'stdout', text: `of ${ids.indexOf(id)}` });
      agent.say({ id, code: 0 });
    }
    expect((await Promise.all(both)).map(({ stdout }) => stdout)).toEqual(['of 0', 'of 1']);
  });

  test('ends what ran when the guest starts again', async () => {
    const booted = line.booted(10_000);
    const ended = line.attempt('sleep', ['100']);
    await agent.heard();
    agent.say({ boot: 'second' });
    await booted;
    expect((await ended).code).toBe(128);
  });

  test('ends what ran when the guest is switched off', async () => {
    const ended = line.attempt('sleep', ['100']);
    await agent.heard();
    agent.hangUp();
    expect((await ended).code).toBe(128);
  });

  test('passes over what is no message: a console that shares the port', async () => {
    const ended = line.attempt('true', []);
    const { id } = await agent.heard();
    agent.say('login:');
    agent.say({ id, code: 0 });
    expect((await ended).code).toBe(0);
  });

  test('says that a guest does not start', async () => {
    await expect(line.booted(1)).rejects.toThrow('the guest takes no commands after 0.001 s');
  });
});
