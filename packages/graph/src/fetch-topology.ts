import { GraphError } from './error.ts';
import { parseTopology } from './parse-topology.ts';
import { readAddress } from './read-address.ts';
import type { Topology } from './types.ts';

/** The part of `fetch` that is used; replaceable in tests. */
export type Fetch = (
  url: string,
  options: { readonly signal: AbortSignal },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** Timeout in milliseconds. A daemon answers from memory, so a slower answer means that something is wrong. */
const patience = 5000;

/**
 * Fetches the topology from a running daemon's status server. The address is `HOST:PORT` or a URL; the default port is
 * 9401.
 *
 * @throws GraphError `BAD_ADDRESS`, `STATUS_UNREACHABLE` if there is no answer in time or the status is not 200,
 * `INVALID_TOPOLOGY` if the answer is not a topology.
 */
export async function fetchTopology(address: string, get: Fetch = fetch): Promise<Topology> {
  const found = readAddress(address);
  if (found === undefined) {
    const message = `${JSON.stringify(address)} is not the address of a daemon: use HOST:PORT or http://HOST:PORT`;
    throw new GraphError('BAD_ADDRESS', message, { subject: address });
  }
  const url = `${found.base}/topology.json`;
  let text: string;
  try {
    const answer = await get(url, { signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(`the answer was ${answer.status}${hint(answer.status)}`);
    text = await answer.text();
  } catch (cause) {
    const message = `No topology from ${url}: ${reasonOf(cause)}`;
    throw new GraphError('STATUS_UNREACHABLE', message, { subject: address, cause });
  }
  return parseTopology(text);
}

function hint(status: number): string {
  return status === 403 ? ' (this address is not in the daemon’s --status_auth_ips)' : '';
}

/** Returns the reason of a failed `fetch` from its cause: its own message is always "fetch failed" (Node 20). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${patience / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
