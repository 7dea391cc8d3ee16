import { networkInterfaces } from 'node:os';
import type { Clock } from '../clock.ts';
import { FaucetConfigError } from '../error.ts';
import { type Fetch, readMetrics } from './metrics.ts';
import { findReloadProcess, isStill, type ReloadProcess } from './reload-process.ts';
import { parseReport, type ReloadReport, reportNames } from './reload-report.ts';

/** The result of a query to Faucet. `stalled`: Faucet accepted the query but is busy, as during a reload. */
export type ReloadAnswer =
  | { readonly kind: 'report'; readonly report: ReloadReport }
  | { readonly kind: 'stalled'; readonly reason: string }
  | { readonly kind: 'away'; readonly reason: string };

/** How Faucet is queried and signalled. */
export interface ReloadLink {
  /** Queries Faucet once. Never rejects. */
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  /** Makes Faucet check its files now. Returns false if there is no process on this host that may be signalled. */
  wake(): Promise<boolean>;
}

/** Options of {@link reloadLink}. Everything except the clock has a default. */
export interface ReloadLinkOptions {
  readonly metrics: string | undefined;
  readonly clock: Clock;
  readonly fetch?: Fetch | undefined;
  readonly pidfile?: string | undefined;
  readonly findProcess?: (() => Promise<ReloadProcess | undefined>) | undefined;
  readonly isStill?: ((found: ReloadProcess) => Promise<boolean>) | undefined;
  readonly signalProcess?: ((pid: number) => void) | undefined;
}

/**
 * Opens a link to Faucet. Faucet is signalled only after its metrics have answered once, because until then the process
 * on that port could be anything. Under eventlet, Faucet notices a signal up to two seconds late; the next query wakes
 * it.
 */
export function reloadLink(options: ReloadLinkOptions): ReloadLink {
  const { metrics, clock } = options;
  const find = options.findProcess ?? (() => findHere(metrics, options.pidfile));
  let answered = false;
  let known: ReloadProcess | undefined;
  return {
    async ask(timeoutMs) {
      if (metrics === undefined) return { kind: 'away', reason: 'no metrics address was given' };
      const answer = await askOnce(metrics, clock, timeoutMs, options.fetch);
      answered ||= answer.kind === 'report';
      return answer;
    },
    async wake() {
      if (!answered) return false;
      const still = options.isStill ?? isStill;
      if (known === undefined || !(await still(known))) known = await find().catch(() => undefined);
      if (known === undefined) return false;
      try {
        (options.signalProcess ?? sendHangup)(known.pid);
        return true;
      } catch {
        // It has just ended or belongs to another user. Faucet's own file watch has to suffice.
        known = undefined;
        return false;
      }
    },
  };
}

async function askOnce(
  url: string,
  clock: Clock,
  timeoutMs: number,
  fetch: Fetch | undefined,
): Promise<ReloadAnswer> {
  const done = new AbortController();
  const asked = readMetrics(url, reportNames, { fetch, signal: done.signal }).then(
    (samples): ReloadAnswer => {
      const report = parseReport(samples);
      if (report !== undefined) return { kind: 'report', report };
      return { kind: 'away', reason: `${url} answers, but not as a Faucet with a configuration` };
    },
    (error: unknown): ReloadAnswer => ({ kind: 'away', reason: reasonOf(error) }),
  );
  const late = clock.sleep(timeoutMs, done.signal).then((): ReloadAnswer => {
    return { kind: 'stalled', reason: `${url} did not answer within ${timeoutMs} ms` };
  });
  const answer = await Promise.race([asked, late]);
  done.abort();
  return answer;
}

function reasonOf(error: unknown): string {
  return error instanceof FaucetConfigError ? error.message : String(error);
}

async function findHere(
  metrics: string | undefined,
  pidfile: string | undefined,
): Promise<ReloadProcess | undefined> {
  if (metrics === undefined) return undefined;
  const { hostname, port, protocol } = new URL(metrics);
  if (pidfile === undefined && !isThisHost(hostname)) return undefined;
  const fallback = protocol === 'https:' ? 443 : 80;
  return await findReloadProcess({ port: port === '' ? fallback : Number(port), pidfile });
}

/** The process that listens on a port of this host is not the one that listens on that port of another host. */
function isThisHost(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address === 'localhost' || address.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return own.some((one) => one.address === address);
}

function sendHangup(pid: number): void {
  process.kill(pid, 'SIGHUP');
}
