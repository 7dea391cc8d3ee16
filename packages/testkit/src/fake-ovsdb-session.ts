import type { FakeDatabase, WireMonitor } from './fake-ovsdb-database.ts';
import type { FakeLocks } from './fake-ovsdb-locks.ts';
import { OperationError } from './fake-ovsdb-store.ts';

/** One client of the fake server. */
export interface FakeSession {
  readonly monitors: Map<string, WireMonitor>;
  send(message: object): void;
  /** Ends the connection. */
  drop(): void;
}

/** A message of a client: a request, or with no method a reply. */
export interface FakeRequest {
  readonly id: unknown;
  readonly method?: string;
  readonly params: readonly unknown[];
}

/** The result of a request that is not a transaction. */
export function answerRequest(
  session: FakeSession,
  { method, params }: FakeRequest,
  database: FakeDatabase,
  locks: FakeLocks<FakeSession>,
): unknown {
  const [first, second, third] = params;
  const name = String(first);
  switch (method) {
    case 'get_schema':
      return database.schema;
    case 'echo':
      return params;
    case 'monitor':
      session.monitors.set(String(second), third as WireMonitor);
      return database.initial(third as WireMonitor);
    case 'monitor_cancel':
      session.monitors.delete(name);
      return {};
    case 'lock':
      return { locked: locks.take(name, session) };
    case 'steal':
      locks.steal(name, session);
      return { locked: true };
    case 'unlock':
      locks.release(name, session);
      return {};
    default:
      throw new OperationError('unknown method', String(method));
  }
}

/** Cuts what a client writes into messages, at the brace that closes each. */
export function messageReader(onMessage: (message: FakeRequest) => void): (chunk: string) => void {
  // A whole string, or what has come of one, counts as one token: braces inside it are passed over.
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}]/gs;
  let rest = '';
  return (chunk) => {
    rest += chunk;
    let depth = 0;
    let from = 0;
    for (const { 0: found, index } of rest.matchAll(token)) {
      if (found === '{') depth++;
      if (found !== '}' || --depth > 0) continue;
      onMessage(JSON.parse(rest.slice(from, index + 1)) as FakeRequest);
      from = index + 1;
    }
    rest = rest.slice(from);
  };
}
