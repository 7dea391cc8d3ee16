import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { spawn } from '@dovesnap/command';
import { type BuiltProgram, buildProgram, fakeFaucet } from '@dovesnap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const text = 'dps:\n  net1:\n    dp_id: 1\n    interfaces:\n      1: {native_vlan: 100}\n';
let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram(new URL('waiting-program.ts', import.meta.url));
});
afterAll(async () => await program.remove());

/** A Faucet that cannot be reached until it is started. */
async function openFaucet(path: string): Promise<{ server: Server; start: () => void }> {
  const faucet = fakeFaucet({ read: () => readFileSync(path, 'utf8') });
  const server = createServer((request, response) => {
    // Its own watching of the file: nobody signals a Faucet that is no process.
    faucet.hangup();
    const page = faucet.page();
    if (page === undefined) request.destroy();
    else response.end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, start: faucet.start };
}

/** Runs a program; when it says `ready` somebody writes the file, and Faucet starts. Gives the lines that it printed. */
async function runBeside(name: string): Promise<readonly string[]> {
  const path = join(program.path, `${name}.yaml`);
  await writeFile(path, text);
  const { server, start } = await openFaucet(path);
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [program.file, name, path, `http://127.0.0.1:${port}`]);
  const said: string[] = [];
  for await (const line of child.lines) {
    said.push(line.text);
    if (line.text !== 'ready') continue;
    await appendFile(path, '# by hand\n');
    start();
  }
  expect(await child.exited).toEqual({ code: 0, signal: undefined });
  server.closeAllConnections();
  server.close();
  return said;
}

describe('a program of its own', () => {
  it.concurrent('waits for changes of the file', async () => {
    expect(await runBeside('changes')).toEqual(['ready', 'over']);
  });

  it.concurrent('waits for a Faucet that is away', async () => {
    expect(await runBeside('loaded')).toEqual(['UNCONFIRMED', 'ready', 'over']);
  });

  it.concurrent('waits as long as its deadlines and signals say', async () => {
    expect(await runBeside('deadline')).toEqual(['UNCONFIRMED', 'TIMEOUT', 'over']);
  });

  it.concurrent('ends when nothing is waited for, though Faucet is yet to take an edit', async () => {
    expect(await runBeside('idle')).toEqual(['UNCONFIRMED', 'over']);
  });
});
