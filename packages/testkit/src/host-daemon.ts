import { fileURLToPath } from 'node:url';
import type { Exit } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { type EventLog, eventLog, type LogWait, type WritableEventLog } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import type { HttpProbe } from './http-probe.ts';
import { httpRequest } from './http-request.ts';
import { patient } from './patience.ts';
import { until } from './until.ts';

/** One structured log line, with all fields that the daemon wrote. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Options for dovesnapd on a host. */
export interface DaemonOptions {
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Program and first arguments. Default: the current Node and the built `apps/dovesnapd/dist/main.js`. */
  readonly command?: readonly string[] | undefined;
  /** Adds `--trace`. Default false. */
  readonly trace?: boolean | undefined;
}

/** dovesnapd on a host. */
export interface HostDaemon {
  readonly running: boolean;
  /** Structured log lines since the first start, across restarts. */
  readonly logs: EventLog<LogLine>;
  /** Output lines that are not JSON objects, such as a stack trace or a usage message. */
  readonly noise: readonly string[];
  /** Waits for the first log line, past or future, that the predicate accepts. */
  waitForLog(accepts: (line: LogLine) => boolean, wait?: LogWait): Promise<LogLine>;
  /** Returns the parsed JSON answer of the status server for a path such as `/networks`. */
  status(path: string): Promise<unknown>;
  /** Makes one call of Docker's plugin protocol, as Docker would (`NetworkDriver.GetCapabilities`). */
  call(method: string, body?: unknown): Promise<unknown>;
  /** Starts the daemon, with new options if given. Resolves when its plugin socket answers the handshake. */
  start(options?: DaemonOptions): Promise<void>;
  /** Stops the daemon with SIGTERM. */
  stop(): Promise<Exit | undefined>;
  /** Kills the daemon with SIGKILL. */
  kill(): Promise<Exit | undefined>;
  /** Returns the process id, as numbered on the machine. */
  pid(): number;
}

const pluginSocket = '/run/docker/plugins/dovesnap.sock';
const statusUrl = 'http://127.0.0.1:9401';
const builtMain = fileURLToPath(new URL('../../../apps/dovesnapd/dist/main.js', import.meta.url));

/** Starts dovesnapd on the host. */
export async function startDaemon(
  host: HostAccess,
  http: HttpProbe,
  first: DaemonOptions = {},
): Promise<HostDaemon> {
  const logs = eventLog<LogLine>(`the log of dovesnapd on ${host.name}`);
  const noise: string[] = [];
  let current: HostProcess | undefined;
  let options = first;
  const call = async (method: string, body?: unknown): Promise<unknown> => {
    const request = { method: 'POST', body: body === undefined ? '' : JSON.stringify(body) };
    return JSON.parse((await httpRequest(host.path(pluginSocket), `/${method}`, request)).body);
  };
  const start = async (next: DaemonOptions = options): Promise<void> => {
    options = next;
    current = await spawnDaemon(host, options);
    void record(current, logs, noise);
    await becomeReady(current, () => call('Plugin.Activate'));
  };

  await start();
  return {
    get running(): boolean {
      return current?.running === true;
    },
    logs,
    noise,
    waitForLog: logs.waitFor,
    async status(path): Promise<unknown> {
      return JSON.parse((await http.request(`${statusUrl}${path}`)).body);
    },
    call,
    start,
    stop: async () => await current?.stop(),
    kill: async () => await current?.kill(),
    pid(): number {
      if (current?.running === true) return current.pid;
      throw new TestkitError('NOT_STARTED', host.name, `dovesnapd is not running on ${host.name}`);
    },
  };
}

function spawnDaemon(host: HostAccess, options: DaemonOptions): Promise<HostProcess> {
  const [program = '', ...args] = options.command ?? [process.execPath, builtMain];
  const trace = options.trace === true ? ['--trace'] : [];
  const given = [...args, ...trace, ...(options.args ?? [])];
  return host.spawn(program, [...given, ...attachTimeout(given)], options.env);
}

/** On a slow machine, the daemon's own deadline for an attach scales as those of the test bed do. */
function attachTimeout(given: readonly string[]): readonly string[] {
  const isGiven = given.some((arg) => /^--?attach[_-]timeout\b/.test(arg));
  return isGiven || patient(1) === 1 ? [] : ['--attach_timeout', String(patient(5))];
}

async function record(
  daemon: HostProcess,
  logs: WritableEventLog<LogLine>,
  noise: string[],
): Promise<void> {
  for await (const { text } of daemon.output) {
    const line = parseLine(text);
    if (line === undefined) noise.push(text);
    else logs.add(line);
  }
}

/** Parses a line of output as a log line. Returns undefined when it is not a JSON object. */
function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

async function becomeReady(daemon: HostProcess, handshake: () => Promise<unknown>): Promise<void> {
  const answer = await until(async () => (daemon.running ? await handshake() : 'ended'), {
    what: 'the handshake of dovesnapd',
  });
  if (answer !== 'ended') return;
  const said = daemon.output.entries
    .slice(-20)
    .map(({ text }) => text)
    .join('\n');
  throw new TestkitError('ENDED', 'dovesnapd', `dovesnapd ended at once:\n${said}`);
}
