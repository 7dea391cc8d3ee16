import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, spawn } from '@dovesnap/command';
import { TestkitError } from './error.ts';
import { type FaucetFlavour, faucetEnvironment } from './faucet-environment.ts';
import { freePort } from './free-port.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

/** A Faucet or Gauge of a test's own, with its files in a folder of its own. */
export interface PrivateController extends AsyncDisposable {
  readonly folder: string;
  /** Its faucet.yaml or gauge.yaml. */
  readonly configPath: string;
  /** `http://127.0.0.1:PORT`, in the network namespace it runs in. */
  readonly metrics: string;
  /** OpenFlow port on 127.0.0.1, there. */
  readonly ofPort: number;
  /** @throws TestkitError `NOT_STARTED` while it does not run. */
  pid(): number;
  log(): Promise<string>;
  /** Starts it when it is not running; resolves when it takes SIGHUP as a request to reload. */
  start(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

/** How a private Faucet is started. */
export interface PrivateFaucetOptions {
  /** Content of faucet.yaml. */
  readonly config: string;
  /** Default `faucet`. */
  readonly flavour?: FaucetFlavour | undefined;
  /** Network namespace, by the path that opens it. Default: that of this process. */
  readonly namespace?: { readonly path: string } | undefined;
  /** Default: free ports. Ports on 127.0.0.1. */
  readonly metricsPort?: number | undefined;
  readonly ofPort?: number | undefined;
  /** FAUCET_CONFIG_STAT_RELOAD: watch the files itself. Default true. */
  readonly statReload?: boolean | undefined;
  /** FAUCET_CONFIG_AUTO_REVERT: write the last good content back over a bad one. Default false. */
  readonly autoRevert?: boolean | undefined;
}

/** How a private Gauge is started. */
export type PrivateGaugeOptions = Omit<PrivateFaucetOptions, 'config' | 'autoRevert'> & {
  /** Content of gauge.yaml, given the metrics port that it must name. */
  readonly config: (metricsPort: number) => string;
};

/** Starts a Faucet that nobody else uses; `await using` ends it with the block, whatever happens. */
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

/** Starts a Gauge that nobody else uses; `await using` ends it with the block, whatever happens. */
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
    // It must not outlive a test process that is killed.
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

/** It catches SIGHUP, which would end it before that moment, and its metrics port is open. */
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
