import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { type FaucetFlavour, faucetEnvironment } from './faucet-environment.ts';
import { freePort } from './free-port.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

/** A Faucet or Gauge for one test, with its files in its own directory. */
export interface PrivateController extends AsyncDisposable {
  readonly folder: string;
  /** Path of its faucet.yaml or gauge.yaml. */
  readonly configPath: string;
  /** `http://127.0.0.1:PORT`, in the network namespace of the controller. */
  readonly metrics: string;
  /** OpenFlow port on 127.0.0.1, in the same namespace. */
  readonly ofPort: number;
  /**
   * Returns the process id.
   * @throws TestkitError `NOT_STARTED` while it is not running.
   */
  pid(): number;
  log(): Promise<string>;
  /** Starts the controller if it is not running. Resolves when SIGHUP makes it reload. */
  start(): Promise<void>;
  /** Stops the controller with SIGTERM. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Kills the controller with SIGKILL. Resolves when it has ended. */
  kill(): Promise<void>;
  /** Stops the controller and removes its directory. */
  close(): Promise<void>;
}

/** Options for a private Faucet. */
export interface PrivateFaucetOptions {
  /** Content of faucet.yaml. */
  readonly config: string;
  /** Default `faucet`. */
  readonly flavour?: FaucetFlavour | undefined;
  /** Network namespace, given by its path. Default: the namespace of this process. */
  readonly namespace?: { readonly path: string } | undefined;
  /** Port on 127.0.0.1. Default: a free port. */
  readonly metricsPort?: number | undefined;
  readonly ofPort?: number | undefined;
  /** FAUCET_CONFIG_STAT_RELOAD: the controller watches the files itself. Default true. */
  readonly statReload?: boolean | undefined;
  /** FAUCET_CONFIG_AUTO_REVERT: Faucet replaces invalid content with the last valid content. Default false. */
  readonly autoRevert?: boolean | undefined;
}

/** Options for a private Gauge. */
export type PrivateGaugeOptions = Omit<PrivateFaucetOptions, 'config' | 'autoRevert'> & {
  /** Returns the content of gauge.yaml, which must contain the given metrics port. */
  readonly config: (metricsPort: number) => string;
};

/** Starts a private Faucet. `await using` ends it at the end of the block, in any case. */
export async function privateFaucet(options: PrivateFaucetOptions): Promise<PrivateController> {
  const metricsPort = options.metricsPort ?? (await freePort());
  return await startPrivate('faucet', options, metricsPort, options.config, (folder) => ({
    FAUCET_CONFIG: join(folder, 'faucet.yaml'),
    FAUCET_LOG: join(folder, 'faucet.log'),
    FAUCET_EXCEPTION_LOG: join(folder, 'faucet_exception.log'),
    FAUCET_PROMETHEUS_ADDR: '127.0.0.1',
    FAUCET_PROMETHEUS_PORT: String(metricsPort),
    FAUCET_CONFIG_STAT_RELOAD: options.statReload === false ? '0' : '1',
    FAUCET_CONFIG_AUTO_REVERT: options.autoRevert === true ? '1' : '0',
  }));
}

/** Starts a private Gauge. `await using` ends it at the end of the block, in any case. */
export async function privateGauge(options: PrivateGaugeOptions): Promise<PrivateController> {
  const metricsPort = options.metricsPort ?? (await freePort());
  const config = options.config(metricsPort);
  return await startPrivate('gauge', options, metricsPort, config, (folder) => ({
    GAUGE_CONFIG: join(folder, 'gauge.yaml'),
    GAUGE_LOG: join(folder, 'gauge.log'),
    GAUGE_EXCEPTION_LOG: join(folder, 'gauge_exception.log'),
    GAUGE_CONFIG_STAT_RELOAD: options.statReload === false ? '0' : '1',
  }));
}

async function startPrivate(
  program: 'faucet' | 'gauge',
  options: Omit<PrivateFaucetOptions, 'config'>,
  metricsPort: number,
  config: string,
  environment: (folder: string) => Record<string, string>,
): Promise<PrivateController> {
  const { bin } = faucetEnvironment(options.flavour);
  const ofPort = options.ofPort ?? (await freePort());
  const folder = await tempDir(program);
  const configPath = join(folder.path, `${program}.yaml`);
  await writeFile(configPath, config, { mode: 0o644 });
  const argv = [
    ...(options.namespace === undefined
      ? []
      : ['nsenter', `--net=${options.namespace.path}`, '--']),
    // The controller must not outlive a test process that is killed.
    ...['setpriv', '--pdeathsig', 'KILL', '--', join(bin, program)],
    ...['--ryu-ofp-listen-host=127.0.0.1', `--ryu-ofp-tcp-listen-port=${ofPort}`, '--use-stderr'],
  ];
  // The entry point of faucet 1.10.12 finds osken-manager by name.
  const env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, ...environment(folder.path) };
  let child: Child | undefined;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child?.pid !== undefined) kill(child.pid, signal);
    await child?.close();
    child = undefined;
  };
  const close = async (): Promise<void> => {
    await end('SIGTERM');
    await folder.remove();
  };
  const start = async (): Promise<void> => {
    child ??= await startChild(program, argv, env, metricsPort);
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    folder: folder.path,
    configPath,
    metrics: `http://127.0.0.1:${metricsPort}`,
    ofPort,
    pid: () => pidOf(program, child),
    log: () => readFile(join(folder.path, `${program}.log`), 'utf8'),
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startChild(
  program: string,
  argv: readonly string[],
  env: Record<string, string>,
  metricsPort: number,
): Promise<Child> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { env });
  const said: string[] = [];
  const record = async (): Promise<void> => {
    for await (const { text } of child.lines) said.push(text);
  };
  let ended = false;
  void record().finally(() => {
    ended = true;
  });
  const ready = async (): Promise<'ready' | 'ended' | undefined> =>
    ended ? 'ended' : (await isReady(child.pid, metricsPort)) ? 'ready' : undefined;
  const outcome = await until(ready, { what: `the start of ${program}`, interval: 10 });
  if (outcome === 'ready') return child;
  await child.close();
  const message = `${program} ended at once:\n${said.slice(-20).join('\n')}`;
  throw new TestkitError('ENDED', program, message);
}

/** Returns whether the controller catches SIGHUP, which would end it before that, and its metrics port is open. */
async function isReady(pid: number | undefined, metricsPort: number): Promise<boolean> {
  const [status, ...tables] = await Promise.all(
    ['status', 'net/tcp', 'net/tcp6'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1] ?? '0';
  const port = metricsPort.toString(16).toUpperCase().padStart(4, '0');
  const isOpen = tables.some((table) => new RegExp(`:${port} [0-9A-F]+:0000 0A `).test(table));
  return isOpen && (Number.parseInt(caught.slice(-1), 16) & 1) === 1;
}

function pidOf(program: string, child: Child | undefined): number {
  if (child?.pid !== undefined) return child.pid;
  throw new TestkitError('NOT_STARTED', program, `${program} is not running`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
