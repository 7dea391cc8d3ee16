import type { FakeDatabase, WireMonitor } from './fake-ovsdb-database.ts';
import type { FakeLocks } from './fake-ovsdb-locks.ts';
import { OperationError } from './fake-ovsdb-store.ts';

/** One client of the fake server. */
export interface FakeSession {
  readonly monitors: Map<string, WireMonitor>;
  send(message: object): void;
  /** Closes the connection. */
  drop(): void;
}

/** A message from a client: a request or, without a method, a reply. */
export interface FakeRequest {
  readonly id: unknown;
  readonly method?: string;
  readonly params: readonly unknown[];
}

/** Returns the answer to any request except a transaction: a result or an error. */
export function answerRequest(
  session: FakeSession,
  request: FakeRequest,
  database: FakeDatabase,
  locks: FakeLocks<FakeSession>,
): { readonly result: unknown; readonly error: unknown } {
  try {
    return { result: resultOf(session, request, database, locks), error: null };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return { result: null, error: { error: error.error, details: error.message } };
  }
}

function resultOf(
  session: FakeSession,
  { method, params }: FakeRequest,
  database: FakeDatabase,
  locks: FakeLocks<FakeSession>,
): unknown {
  const [first, second, third] = params;
  const name = String(first);
  switch (method) {
    case 'list_dbs':
      return [database.schema.name];
    case 'get_schema':
      if (name === database.schema.name) return database.schema;
      throw new OperationError(
        'unknown database',
        `get_schema request specifies unknown database ${name}`,
      );
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

/** Splits the input from a client into messages, each ending at its closing brace. */
export function messageReader(onMessage: (message: FakeRequest) => void): (chunk: string) => void {
  // A string, complete or incomplete, counts as one token, so that braces inside it are skipped.
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
