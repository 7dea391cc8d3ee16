import { link, mkdir, mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenAlone } from '../../src/plugin/socket.ts';

let folder: string;
let path: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'socket-'));
  path = join(folder, 'dovesnap.sock');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map(close));
  await rm(folder, { recursive: true });
});

function server(greeting: string): Server {
  const made = createServer((socket) => {
    // A daemon that only probes hangs up at once.
    socket.once('error', () => socket.destroy());
    socket.end(greeting);
  });
  servers.push(made);
  return made;
}

function close(one: Server): Promise<void> {
  return new Promise((resolve) => {
    one.close(() => resolve());
  });
}

async function greeting(): Promise<string> {
  let text = '';
  for await (const chunk of connect(path).setEncoding('utf8')) text += chunk;
  return text;
}

/** A socket file that nobody listens on, as a killed daemon leaves it. */
async function leaveStale(): Promise<void> {
  const killed = createServer();
  await new Promise<void>((resolve) => {
    killed.listen(`${path}.first`, resolve);
  });
  await link(`${path}.first`, path);
  await close(killed);
}

describe('listenAlone', () => {
  it('makes the folder and a socket that only root can open, and nothing else', async () => {
    path = join(folder, 'run', 'plugins', 'dovesnap.sock');
    await listenAlone(server('one'), path);
    expect(await greeting()).toBe('one');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'run', 'plugins'))).toEqual(['dovesnap.sock']);
  });

  it('refuses beside a daemon that answers and leaves its socket alone', async () => {
    await listenAlone(server('one'), path);
    await expect(listenAlone(server('two'), path)).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: `another dovesnapd answers on ${path}: stop it first, or give this one another --plugin_socket`,
    });
    expect(await greeting()).toBe('one');
    expect(await readdir(folder)).toEqual(['dovesnap.sock']);
  });

  it('replaces a socket that was left over', async () => {
    await leaveStale();
    await listenAlone(server('two'), path);
    expect(await greeting()).toBe('two');
    expect(await readdir(folder)).toEqual(['dovesnap.sock']);
  });

  it.each([
    [10, 'an empty folder', async () => {}],
    [2, 'a socket that was left over', leaveStale],
  ])('lets one of %i that start together over %s win', async (count, _, prepare) => {
    await prepare();
    const starts = await Promise.allSettled(
      Array.from({ length: count }, (_item, index) => listenAlone(server(`${index}`), path)),
    );
    const winners = starts.flatMap((start, index) =>
      start.status === 'fulfilled' ? [`${index}`] : [],
    );
    expect(winners).toEqual([await greeting()]);
    for (const start of starts) {
      if (start.status === 'rejected') {
        expect(start.reason).toMatchObject({ code: 'ALREADY_RUNNING' });
      }
    }
    expect(await readdir(folder)).toEqual(['dovesnap.sock']);
  });

  it('touches no file that is not a socket', async () => {
    await writeFile(path, 'precious');
    await expect(listenAlone(server('one'), path)).rejects.toMatchObject({
      code: 'BAD_FLAG',
      message: `flag --plugin_socket cannot be "${path}": there is a file that is not a socket`,
    });
    expect(await readdir(folder)).toEqual(['dovesnap.sock']);
  });

  it('says what is wrong with a path that cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(listenAlone(server('x'), join(folder, 'file', 'a.sock'))).rejects.toMatchObject({
      code: 'BAD_FLAG',
    });
  });
});

describe('remove', () => {
  it('takes away its own socket', async () => {
    const owned = await listenAlone(server('one'), path);
    await owned.remove();
    expect(await readdir(folder)).toEqual([]);
    await owned.remove();
  });

  it('leaves what another put in its place, also when the server closes later', async () => {
    const first = server('one');
    const owned = await listenAlone(first, path);
    await unlink(path);
    await listenAlone(server('two'), path);
    await owned.remove();
    await close(first);
    expect(await greeting()).toBe('two');
  });

  it('leaves a folder that took its place', async () => {
    const owned = await listenAlone(server('one'), path);
    await unlink(path);
    await mkdir(path);
    await owned.remove();
    expect(await readdir(folder)).toEqual(['dovesnap.sock']);
  });
});
