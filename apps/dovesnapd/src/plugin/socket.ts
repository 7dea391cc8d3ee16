import { chmod, link, lstat, mkdir, mkdtemp, rename, rm, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { DovesnapError } from '../domain/error.ts';

/** A socket file that is ours as long as its inode is the one we created. */
export interface OwnedSocket {
  /** Removes the file unless someone has replaced it. */
  remove(): Promise<void>;
}

/**
 * Makes `server` listen on a unix socket that only root can open. A socket that answers belongs to another daemon and
 * is kept. One that does not answer is stale and is replaced. The file appears under its name atomically, and only when
 * the server is already listening, so if two daemons start together, one is refused.
 *
 * @throws DovesnapError `ALREADY_RUNNING`, `BAD_FLAG`.
 */
export async function listenAlone(server: Server, path: string): Promise<OwnedSocket> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await clearStale(path);
    return await publish(server, path);
  } catch (cause) {
    if (cause instanceof DovesnapError) throw cause;
    throw new DovesnapError(
      'BAD_FLAG',
      `flag --plugin_socket cannot be "${path}": ${(cause as Error).message}`,
      { cause },
    );
  }
}

/*
 * When the server closes, Node removes the path it listened on, even if the file now belongs to someone else. The
 * server therefore listens in a folder of its own, and the name that Docker knows is a second link. Docker treats every
 * socket NAME.sock or NAME/NAME.sock next to ours as a driver; this one matches neither.
 */
async function publish(server: Server, path: string): Promise<OwnedSocket> {
  const folder = await mkdtemp(join(dirname(path), '.'));
  const first = join(folder, 's');
  try {
    await listen(server, first);
    await chmod(first, 0o600);
    const ours = await lstat(first);
    await link(first, path).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'EEXIST' ? alreadyRunning(path) : cause;
    });
    return {
      remove: async () => {
        const now = await lstat(path).catch(() => undefined);
        if (now?.ino === ours.ino && now.dev === ours.dev) await unlink(path);
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Removes a socket file on which no process listens. The file is moved aside first: if it then answers, it was created
 * in the meantime.
 */
async function clearStale(path: string): Promise<void> {
  const found = await lstat(path).catch(ignoreMissing);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new DovesnapError(
      'BAD_FLAG',
      `flag --plugin_socket cannot be "${path}": there is a file that is not a socket`,
    );
  }
  if (await answers(path)) throw alreadyRunning(path);
  const folder = await mkdtemp(join(dirname(path), '.'));
  const aside = join(folder, 's');
  try {
    await rename(path, aside).catch(ignoreMissing);
    if (await answers(aside)) {
      await link(aside, path).catch(() => undefined);
      throw alreadyRunning(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Refused: no process listens. Any other error (a full backlog, a missing permission) does not prove that.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function alreadyRunning(path: string): DovesnapError {
  return new DovesnapError(
    'ALREADY_RUNNING',
    `another dovesnapd answers on ${path}: stop it first, or give this one another --plugin_socket`,
  );
}
