import { networkInterfaces } from 'node:os';
import type { Clock } from './clock.ts';
import { FaucetConfigError } from './error.ts';
import { type Fetch, readMetrics } from './metrics.ts';
import { findReloadProcess, isStill, type ReloadProcess } from './reload-process.ts';
import { parseReport, type ReloadReport, reportNames } from './reload-report.ts';

/** What came of asking Faucet. `stalled`: it took the question and is busy, as during a reload. */
export type ReloadAnswer =
  | { readonly kind: 'report'; readonly report: ReloadReport }
  | { readonly kind: 'stalled'; readonly reason: string }
  | { readonly kind: 'away'; readonly reason: string };

/** How a Faucet is asked and told. */
export interface ReloadLink {
  /** Asks once; never rejects. */
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  /** Makes Faucet look at its files now; false when there is no process here that may be told. */
  wake(): Promise<boolean>;
}

/** What {@link reloadLink} takes; everything but the clock has a default. */
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
 * Opens the way to a Faucet. It is signalled only after its metrics have answered once: before that a process on that
 * port may be anything. Under eventlet the signal alone is noticed up to two seconds late; the next question wakes it.
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
        // It ended a moment ago, or is another user's: then its own file watching has to do.
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
    return { kind: 'stalled', reason: `${url} gave no answer in ${timeoutMs} ms` };
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

/** Who listens on that port here is not who listens on it elsewhere. */
function isThisHost(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (address === 'localhost' || address.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return own.some((one) => one.address === address);
}

function sendHangup(pid: number): void {
  process.kill(pid, 'SIGHUP');
}
