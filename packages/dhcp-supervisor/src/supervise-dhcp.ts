import { type Child, type Exit, spawn as realSpawn, type Spawn } from '@dovesnap/command';
import { type Broadcast, broadcast } from './broadcast.ts';
import { clientCommand } from './client-command.ts';
import { systemClock } from './clock.ts';
import { DhcpError } from './error.ts';
import { nextLease } from './next-lease.ts';
import { parseEvent } from './parse-event.ts';
import { findScript } from './script.ts';
import type { DhcpClient, DhcpClientSpec, DhcpClock, DhcpEvent, Lease } from './types.ts';

/** External dependencies of a client. Each has a default. */
export interface DhcpEdges {
  readonly spawn?: Spawn | undefined;
  readonly clock?: DhcpClock | undefined;
  /** Sends a signal to a process. Default: `process.kill`. */
  readonly kill?: ((pid: number, signal: 'SIGUSR1' | 'SIGUSR2') => void) | undefined;
}

/**
 * Deadline for a release, in milliseconds. udhcpc sends one packet and runs the script, which takes up to two seconds
 * on an overloaded machine.
 */
const releaseDeadline = 2000;

/**
 * Starts one busybox udhcpc for an interface in another network namespace. Later failures are reported as events: a
 * missing program or namespace is `exited` with its reason.
 *
 * @throws DhcpError `INVALID_SPEC`, `SCRIPT_MISSING`.
 */
export function superviseDhcp(spec: DhcpClientSpec, edges: DhcpEdges = {}): DhcpClient {
  const { spawn = realSpawn, clock = systemClock, kill = process.kill } = edges;
  const [file, args] = clientCommand(spec, findScript(spec.interface));
  const child = spawn(file, args);
  const news = broadcast<DhcpEvent>();
  let lease: Lease | undefined;
  // udhcpc has no signal handlers before its first event, so a signal would kill it.
  let takesSignals = false;
  const hear = (event: DhcpEvent): void => {
    lease = nextLease(lease, event);
    takesSignals = event.type !== 'exited';
    if (event.type === 'exited') news.end(event);
    else news.send(event);
  };
  const ended = follow(child, clock, hear);
  const signal = (name: 'SIGUSR1' | 'SIGUSR2'): void => {
    if (takesSignals && child.pid !== undefined) killIfThere(kill, child.pid, name);
  };
  const stop = async (): Promise<void> => {
    await child.close();
    await ended;
  };
  return {
    pid: child.pid,
    get lease(): Lease | undefined {
      return lease;
    },
    events: (wait) => news.listen(wait.signal),
    renew: () => signal('SIGUSR1'),
    release: async () => {
      const given = takesSignals ? await release(news, clock, () => signal('SIGUSR2')) : true;
      await stop();
      if (given) return;
      const message = `The DHCP client of ${spec.interface} did not give its lease back within ${releaseDeadline} ms`;
      throw new DhcpError('RELEASE_TIMEOUT', message, spec.interface);
    },
    stop,
  };
}

/** Reads the client's output to its end, then reports how the client ended. Never rejects. */
async function follow(
  child: Child,
  clock: DhcpClock,
  hear: (event: DhcpEvent) => void,
): Promise<void> {
  let said: string | undefined;
  for await (const { stream, text } of child.lines) {
    if (stream === 'stderr') said = text;
    const event = stream === 'stdout' ? parseEvent(text, clock.now()) : undefined;
    if (event !== undefined) hear(event);
  }
  const exit = await child.exited.catch((error: unknown): Exit => {
    said = error instanceof Error ? error.message : String(error);
    return { code: undefined, signal: undefined };
  });
  hear({ type: 'exited', code: exit.code, detail: said });
}

/**
 * Sends a release and waits for the resulting event. udhcpc sends its DHCPRELEASE before it runs the script (busybox
 * 1.35, `perform_release`), so the event proves that it was sent.
 */
async function release(
  news: Broadcast<DhcpEvent>,
  clock: DhcpClock,
  ask: () => void,
): Promise<boolean> {
  const done = new AbortController();
  const heard = (async () => {
    for await (const { type } of news.listen(done.signal)) {
      if (type === 'deconfigured' || type === 'failed' || type === 'exited') return true;
    }
    return false;
  })();
  ask();
  const late = clock.sleep(releaseDeadline, done.signal).then(() => false);
  const given = await Promise.race([heard, late]);
  done.abort();
  return given;
}

function killIfThere(
  kill: NonNullable<DhcpEdges['kill']>,
  pid: number,
  name: 'SIGUSR1' | 'SIGUSR2',
): void {
  try {
    kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
