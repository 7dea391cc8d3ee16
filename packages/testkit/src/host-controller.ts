import { readFile, rename, writeFile } from 'node:fs/promises';
import { TestkitError } from './error.ts';
import type { HostAccess } from './host-access.ts';
import type { HostProcess } from './host-process.ts';
import type { HttpProbe } from './http-probe.ts';
import { parseMetrics, type Sample } from './metrics.ts';
import { until } from './until.ts';

/** Faucet or Gauge on a host. */
export interface HostController {
  /** Path of the YAML file in the host. */
  readonly configPath: string;
  readonly running: boolean;
  /** Returns the complete log. The file is missing until the controller has started. */
  log(): Promise<string>;
  readConfig(): Promise<string>;
  /** Replaces the YAML file in one rename. The controller decides when to reload it. */
  writeConfig(text: string): Promise<void>;
  /**
   * Makes the controller reload its configuration now: SIGHUP, plus a metrics request that wakes it (without it, faucet
   * 1.10.12 is slow).
   */
  reload(): Promise<void>;
  /** Returns the samples of the metrics page. `names` (with `_total`, `_info`) limits the page. */
  metrics(...names: readonly string[]): Promise<readonly Sample[]>;
  /** Starts the controller. Resolves when its metrics page shows that the configuration was read. */
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Returns the process id, as numbered on the machine. */
  pid(): number;
}

/** The differences between Faucet and Gauge. */
export interface ControllerSpec {
  readonly program: 'faucet' | 'gauge';
  /** The `bin` directory of the virtual environment. */
  readonly bin: string;
  readonly openFlowPort: number;
  readonly metricsPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly config: string;
  /** A sample that appears on the metrics page once the controller is ready for signals and reloads. */
  readonly readySample: string;
}

/** Writes the YAML file and starts the program. */
export async function startController(
  host: HostAccess,
  http: HttpProbe,
  spec: ControllerSpec,
): Promise<HostController> {
  const { program } = spec;
  const configPath = `/etc/faucet/${program}.yaml`;
  let current: HostProcess | undefined;
  const page = `http://127.0.0.1:${spec.metricsPort}/`;

  const writeConfig = async (text: string): Promise<void> => {
    const target = host.path(configPath);
    await writeFile(`${target}.new`, text);
    await rename(`${target}.new`, target);
  };
  const start = async (): Promise<void> => {
    const started = await host.spawn(
      `${spec.bin}/${program}`,
      [
        '--ryu-ofp-listen-host=127.0.0.1',
        `--ryu-ofp-tcp-listen-port=${spec.openFlowPort}`,
        '--use-stderr',
      ],
      // The entry point finds osken-manager by name (faucet 1.10.12).
      { PATH: `${spec.bin}:/usr/sbin:/usr/bin:/sbin:/bin`, ...spec.env },
    );
    current = started;
    const answered = await until(
      async () =>
        started.running ? (await http.request(page)).body.includes(spec.readySample) : 'ended',
      { what: `the metrics page of ${program}`, interval: 20 },
    );
    if (answered === 'ended') throw ended(program, started);
  };
  const stop = async (): Promise<void> => {
    await current?.stop();
  };

  await writeConfig(spec.config);
  await start();
  return {
    configPath,
    get running(): boolean {
      return current?.running === true;
    },
    log: async () => await readFile(host.path(`/var/log/faucet/${program}.log`), 'utf8'),
    readConfig: async () => await readFile(host.path(configPath), 'utf8'),
    writeConfig,
    async metrics(...names): Promise<readonly Sample[]> {
      const query = names.map((name) => `name[]=${name}`).join('&');
      return parseMetrics((await http.request(`${page}?${query}`)).body);
    },
    async reload(): Promise<void> {
      current?.signal('SIGHUP');
      await http.request(`${page}?name[]=none`);
    },
    start,
    stop,
    async kill(): Promise<void> {
      await current?.kill();
    },
    async restart(): Promise<void> {
      await stop();
      await start();
    },
    pid(): number {
      if (current?.running === true) return current.pid;
      throw new TestkitError('NOT_STARTED', program, `${program} is not running on ${host.name}`);
    },
  };
}

function ended(program: string, started: HostProcess): TestkitError {
  const lines = started.output.entries.slice(-20).map(({ text }) => text);
  return new TestkitError('ENDED', program, `${program} ended at once:\n${lines.join('\n')}`);
}
