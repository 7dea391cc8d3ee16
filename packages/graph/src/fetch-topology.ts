import { GraphError } from './error.ts';
import { parseTopology } from './parse-topology.ts';
import type { Topology } from './types.ts';

/** What is used of `fetch`; replaceable in tests. */
export type Fetch = (
  url: string,
  options: { readonly signal: AbortSignal },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** A daemon answers from memory: one that needs longer than this (milliseconds) is in trouble. */
const patience = 5000;

/**
 * Asks a running daemon's status server for its topology.
 *
 * @throws GraphError `STATUS_UNREACHABLE` when nobody answers in time or the answer is not 200, `INVALID_TOPOLOGY`
 * when the answer is not a topology.
 */
export async function fetchTopology(address: string, get: Fetch = fetch): Promise<Topology> {
  const url = `http://${address}/topology.json`;
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

/** The reason of a failed `fetch` is one level down: its own message is always "fetch failed" (Node 20). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${patience / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
