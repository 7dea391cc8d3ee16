import { fileURLToPath } from 'node:url';
import type { Exit } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { type EventLog, eventLog, type LogWait, type WritableEventLog } from './event-log.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import type { HttpProbe } from './http-probe.ts';
import { httpRequest } from './http-request.ts';
import { until } from './until.ts';

/** One structured log line: whatever fields the daemon wrote. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How dovesnapd is started on a host. */
export interface DaemonOptions {
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Program and first arguments. Default: this Node and the built `apps/dovesnapd/dist/main.js`. */
  readonly command?: readonly string[] | undefined;
  /** Adds `--trace`. Default false. */
  readonly trace?: boolean | undefined;
}

/** dovesnapd on a host. */
export interface HostDaemon {
  readonly running: boolean;
  /** Its structured log lines since the first start, over restarts. */
  readonly logs: EventLog<LogLine>;
  /** Its output lines that are no JSON objects: a stack trace, a usage message. */
  readonly noise: readonly string[];
  /** The first log line, past or future, that the predicate accepts. */
  waitForLog(accepts: (line: LogLine) => boolean, wait?: LogWait): Promise<LogLine>;
  /** What its status server says at a path such as `/networks`, read as JSON. */
  status(path: string): Promise<unknown>;
  /** One call of Docker's plugin protocol, as Docker would make it (`NetworkDriver.GetCapabilities`). */
  call(method: string, body?: unknown): Promise<unknown>;
  /** Starts it, with other options when given; resolves when its plugin socket answers the handshake. */
  start(options?: DaemonOptions): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<Exit | undefined>;
  /** SIGKILL. */
  kill(): Promise<Exit | undefined>;
  /** Its process, as the machine counts. */
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
  return host.spawn(program, [...args, ...trace, ...(options.args ?? [])], options.env);
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

/** The log line that a line of output holds; undefined when it is no JSON object. */
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
