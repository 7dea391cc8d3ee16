#!/usr/bin/env -S node --max-semi-space-size=4
import { readFileSync } from 'node:fs';
import type { Config } from './domain/config.ts';
import { DovesnapError } from './domain/error.ts';
import { lifetime } from './edges/lifetime.ts';
import { createLog, type Log } from './edges/log.ts';
import { parseFlags } from './flags.ts';
import { helpText } from './flags-table.ts';
import { openParts } from './open-parts.ts';
import { servePlugin } from './plugin/serve-plugin.ts';
import { ensureGaugeFile } from './services/faucet/gauge-file.ts';
import { createMetrics, type Metrics } from './status/metrics.ts';
import { serveStatus } from './status/serve-status.ts';
import { wire } from './wire.ts';

/**
 * A call may take this many times `--attach_timeout`: CreateEndpoint waits three times as long for a port that is being
 * built. What Docker waits for is answered then, whatever hangs.
 */
const callPatience = 4;

/** Starts the daemon and runs until SIGTERM or SIGINT. The data path goes on without it. */
async function run(config: Config): Promise<void> {
  const log = createLog({ level: config.logLevel });
  const stopping = lifetime();
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
  const daemon = wire(openParts(config, log, stopping.signal), {
    reconcile: (seconds) => metrics?.observeReconcile(seconds),
    drift: (network, interfaces) => metrics?.countDrift(network, interfaces),
    lostFlows: (network, ports) => metrics?.countLostFlows(network, ports),
    firewallRepair: () => metrics?.countFirewallRepair(),
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
    callDeadline: Math.max(30_000, callPatience * config.attachTimeout),
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
    log.info({}, 'dovesnapd stops; the data path keeps running');
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
