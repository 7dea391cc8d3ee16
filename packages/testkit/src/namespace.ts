import { type Run, run, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';

/** A network namespace that exists until a test closes it. */
export interface TestNamespace {
  /** The process that holds the namespace open. */
  readonly pid: number;
  /** Path of the namespace: `/proc/PID/ns/net`, or `/run/netns/NAME` for a named one. */
  readonly path: string;
  /** Runs a program in the namespace. */
  readonly run: Run;
  /** Ends the holder process, which removes the namespace and every link in it. Safe to call twice. */
  close(): Promise<void>;
}

/** Options for a namespace. */
export interface NamespaceOptions {
  /** Name under /run/netns, as with `ip netns add`. Default: anonymous. */
  readonly name?: string | undefined;
}

/**
 * Opens a new network namespace with `lo` up. Its holder process ends when its standard input is closed, so the
 * namespace is removed even when the test process is killed. A name then remains.
 *
 * @throws TestkitError `HOST_FAILED` when the machine refuses.
 */
export async function openNamespace(options: NamespaceOptions = {}): Promise<TestNamespace> {
  const { name } = options;
  const script = 'ip link set lo up && echo ready && exec cat';
  const holder = spawn('unshare', ['--net', 'sh', '-c', script]);
  const { pid } = holder;
  const said: string[] = [];
  for await (const { text } of holder.lines) {
    if (text === 'ready') break;
    said.push(text);
  }
  const path = `/proc/${pid}/ns/net`;
  try {
    if (pid === undefined || said.length > 0) throw new Error(said.join('\n') || 'not started');
    if (name !== undefined) await run('ip', ['netns', 'attach', name, String(pid)]);
  } catch (cause) {
    await holder.close();
    const message = `no network namespace: ${cause instanceof Error ? cause.message : cause}`;
    throw new TestkitError('HOST_FAILED', name ?? 'namespace', message, cause);
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await holder.close();
    if (name !== undefined) await run('ip', ['netns', 'del', name]);
  };
  return {
    pid,
    path: name === undefined ? path : `/run/netns/${name}`,
    run: (file, args, runOptions) =>
      run('nsenter', [`--net=${path}`, '--', file, ...args], runOptions),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Opens a namespace, passes it to `use`, and closes it in any case. */
export async function withNamespace<T>(
  use: (namespace: TestNamespace) => Promise<T>,
  options: NamespaceOptions = {},
): Promise<T> {
  const namespace = await openNamespace(options);
  try {
    return await use(namespace);
  } finally {
    await namespace.close();
  }
}
