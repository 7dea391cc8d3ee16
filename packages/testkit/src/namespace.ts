import { type Run, run, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';

/** A network namespace that lives as long as a test wants. */
export interface TestNamespace {
  /** Process that holds the namespace open. */
  readonly pid: number;
  /** Opens the namespace: `/proc/PID/ns/net`, or `/run/netns/NAME` for a named one. */
  readonly path: string;
  /** Runs a program in it. */
  readonly run: Run;
  /** Ends the holder and with it the namespace and every link in it. Safe to call twice. */
  close(): Promise<void>;
}

/** What a namespace is opened with. */
export interface NamespaceOptions {
  /** Also name it under /run/netns, as `ip netns add` does. Default: anonymous. */
  readonly name?: string | undefined;
}

/**
 * Opens a network namespace of its own with `lo` up. Its holder ends with its standard input, so it goes even when the
 * test process is killed; a name then stays behind.
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

/** Opens a namespace, hands it to `use`, and closes it whatever happens. */
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
