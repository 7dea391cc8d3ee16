#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { DovesnapError } from './domain/error.ts';
import { parseFlags } from './flags.ts';
import { helpText } from './flags-table.ts';
import { createLog, type Log } from './log.ts';
import { servePlugin } from './plugin/server.ts';
import { ensureGaugeFile } from './services/faucet/gauge-file.ts';
import { createMetrics, type Metrics } from './status/metrics.ts';
import { serveStatus } from './status/server.ts';
import { wire } from './wire.ts';

/** Starts the daemon and runs until SIGTERM or SIGINT. The data path goes on without it. */
async function run(config: Config): Promise<void> {
  const log = createLog({ level: config.logLevel });
  const stopping = new AbortController();
  const open: { close(): Promise<void> }[] = [];
  try {
    await serve(config, log, stopping, open);
  } finally {
    // Also after a start that was refused: what is open would keep the process, and its place in the queue for the lock.
    stopping.abort(new Error('dovesnapd stops'));
    for (const part of open.reverse()) await part.close();
  }
}

async function serve(
  config: Config,
  log: Log,
  stopping: AbortController,
  open: { close(): Promise<void> }[],
): Promise<void> {
  let metrics: Metrics | undefined;
  const daemon = wire(config, log, stopping.signal, {
    reconcile: (seconds) => metrics?.observeReconcile(seconds),
    drift: (network, interfaces) => metrics?.countDrift(network, interfaces),
    lostFlows: (network, ports) => metrics?.countLostFlows(network, ports),
  });
  open.push(daemon);
  metrics = createMetrics(daemon.source);
  const observed = metrics;
  const plugin = await servePlugin({
    socketPath: config.pluginSocket,
    driver: daemon.driver,
    log,
    describe: daemon.describe,
    onCall: observed.observeCall,
  });
  open.push(plugin);
  const status = await serveStatus({
    host: config.statusHost,
    port: config.statusPort,
    authIps: config.statusAuthIps,
    source: daemon.source,
    metrics,
    log,
  });
  open.push(status);
  log.info(
    { socket: config.pluginSocket, status: `http://${config.statusHost}:${status.port}` },
    'dovesnapd listens',
  );
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    log.info({}, 'dovesnapd stops; the data path goes on');
    stopping.abort(new Error('dovesnapd stops'));
  };
  // Not `once`: while a program of ours runs, execa listens too, and ends the process at once when it is the only one left.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await Promise.all([daemon.reconciler.run(), ensureGaugeFile(config, log)]);
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2), process.env);
  if (flags.kind === 'run') await run(flags.config);
  else process.stdout.write(flags.kind === 'help' ? helpText() : `dovesnapd ${version()}\n`);
}

main().catch((error: unknown) => {
  const expected = error instanceof DovesnapError;
  process.stderr.write(`dovesnapd: ${expected ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
});
