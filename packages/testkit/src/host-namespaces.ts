import { type FileHandle, open, readdir, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Child, type OutputLine, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { type EventLog, eventLog } from './event-log.ts';
import { patient } from './patience.ts';
import { until } from './until.ts';

/** The namespaces of a host and its process 1. */
export interface HostNamespaces {
  /** Process 1 of the host, as numbered on the machine. */
  readonly pid: number;
  /** Program and arguments that run the program appended to them in the host. It is killed when its parent ends. */
  readonly enter: readonly string[];
  /**
   * Ends every process of the host, which removes its namespaces, mounts and links, and removes its cgroups.
   *
   * Safe to call twice.
   *
   * @throws TestkitError `LEFT_BEHIND` when a process of the machine is still in one of the namespaces, or a cgroup
   * could not be removed.
   */
  close(): Promise<void>;
}

const initScript = fileURLToPath(new URL('../assets/host-init.sh', import.meta.url));
/**
 * Deadline for closing a host. Closing takes 0.2 s with 50 containers; if it takes longer than this, the kernel is
 * stuck.
 */
const closeMs = 20_000;
const namespaceKinds = ['net', 'mnt', 'pid'] as const;

/**
 * Creates the network, mount, pid and UTS namespaces of a host, with its private file systems mounted.
 *
 * The pid namespace guarantees the cleanup: when its process 1 ends, for any reason, the kernel kills the other
 * processes in it (pid_namespaces(7)). Process 1 ends when the current process ends, because its standard input is then
 * closed.
 *
 * @throws TestkitError `HOST_FAILED`, with the machine's error message.
 */
export async function openNamespaces(name: string, ipForward: boolean): Promise<HostNamespaces> {
  const [unshare = '', ...args] = holderCommand(name, ipForward);
  const holder = spawn(unshare, args);
  const output = await becomeReady(name, holder);
  const pid = await childOf(holder);
  const inodes = await Promise.all(
    namespaceKinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`)),
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const held = await holdNamespaces(pid);
    holder.write('close\n');
    const timer = setTimeout(() => void holder.close(), patient(closeMs));
    const { code } = await holder.exited;
    clearTimeout(timer);
    const left = await processesIn(inodes);
    await Promise.all(held.map((file) => file.close()));
    const said = output.entries.slice(1).map(({ text }) => text);
    if (code === 0 && left.length === 0) return;
    const message = `${name} was not left clean: ${[...said, ...left].join(', ')}`;
    throw new TestkitError('LEFT_BEHIND', name, message);
  };
  return {
    pid,
    enter: [
      ...['nsenter', '--target', String(pid), '--net', '--mount', '--pid', '--uts', '--'],
      ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ],
    close(): Promise<void> {
      closing ??= close();
      return closing;
    },
  };
}

/**
 * Returns the program and arguments that create the namespaces of a host and run until their standard input is closed.
 */
export function holderCommand(name: string, ipForward: boolean): readonly string[] {
  return [
    ...['unshare', '--net', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'],
    ...['--propagation', 'private', 'bash', initScript, name, ipForward ? '1' : '0'],
  ];
}

async function becomeReady(name: string, holder: Child): Promise<EventLog<OutputLine>> {
  const output = recordLines(name, holder);
  try {
    await output.waitFor(({ text }) => text === 'ready');
    return output;
  } catch (cause) {
    await holder.close();
    const seen = output.entries.map(({ text }) => text).join('; ');
    const message = `the namespaces of ${name} could not be made: ${seen}`;
    throw new TestkitError('HOST_FAILED', name, message, cause);
  }
}

/** Records every line that the program prints. */
export function recordLines(subject: string, child: Child): EventLog<OutputLine> {
  const output = eventLog<OutputLine>(subject);
  const record = async (): Promise<void> => {
    for await (const line of child.lines) output.add(line);
  };
  void record()
    .catch(() => undefined)
    .finally(() => output.end());
  return output;
}

/**
 * Returns the process that `unshare --fork` or `nsenter --pid` runs and waits for.
 *
 * @throws TestkitError `ENDED` when the program ended first.
 */
export async function childOf(child: Child): Promise<number> {
  const parent = child.pid;
  if (parent === undefined) {
    await child.exited;
    throw new TestkitError('ENDED', 'nsenter', 'the program could not be started');
  }
  let ended = false;
  const noteEnd = (): void => {
    ended = true;
  };
  child.exited.then(noteEnd, noteEnd);
  return await until(
    async () => {
      if (ended) return -1;
      const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
      return Number(children.trim().split(' ')[0]) || undefined;
    },
    { what: `the first process of ${parent}`, interval: 1 },
  );
}

/**
 * Keeps the namespaces of a process open, because the number of a removed namespace can be reused by a new one. Empty
 * when the process no longer exists.
 */
async function holdNamespaces(pid: number): Promise<readonly FileHandle[]> {
  const opening = namespaceKinds.map((kind) => open(`/proc/${pid}/ns/${kind}`));
  const opened = await Promise.allSettled(opening);
  return opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** Returns `PID (name)` of every process of the machine that is in one of the namespaces (`net:[4026532000]`). */
async function processesIn(inodes: readonly string[]): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const links = namespaceKinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`));
      const current = await Promise.all(links.map((link) => link.catch(() => '')));
      if (!current.some((inode) => inodes.includes(inode))) return undefined;
      const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined);
      return command === undefined ? undefined : `${pid} (${command.trim()})`;
    }),
  );
  return found.filter((entry) => entry !== undefined);
}
