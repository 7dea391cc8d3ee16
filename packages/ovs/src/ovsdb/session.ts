import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { jsonFramer } from './json-framer.ts';

/** An error reply from the server (JSON-RPC 1.0: any value except null). */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly error: string;

  constructor(error: unknown) {
    const { error: kind, details } = (
      typeof error === 'object' && error !== null ? error : { error }
    ) as Record<string, unknown>;
    super([kind, details].filter((part) => part !== undefined).join(': '));
    this.error = String(kind);
  }
}

/** Receives the outcome of a call: either an error or a result. */
type Reply = (error: Error | undefined, result: unknown) => void;

/** One connection to a JSON-RPC 1.0 peer. */
export interface Session {
  /**
   * Sends a request and returns its id. `reply` is called in the same turn in which the reply is read, so that it keeps
   * its order among the notifications.
   */
  call(method: string, params: readonly unknown[], reply: Reply): number;
  notify(method: string, params: readonly unknown[]): void;
  close(reason: Error): void;
}

/** Options and callbacks of a session. */
export interface SessionOptions {
  readonly clock: Clock;
  /**
   * Time without a message before the peer is probed, in milliseconds. After the same time again, the session is
   * closed.
   */
  readonly probe: number;
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called once, after all pending calls have been answered. */
  onClose(reason: Error): void;
}

/**
 * Speaks JSON-RPC 1.0 over a stream until either side closes it, and answers the peer's echo requests. The stream does
 * not keep the process alive.
 */
export function openSession(stream: Duplex, options: SessionOptions): Session {
  const pending = new Map<number, Reply>();
  const ended = new AbortController();
  let lastId = 0;
  let heard = false;

  const close = (reason: Error): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    stream.destroy();
    for (const reply of pending.values()) reply(reason, undefined);
    pending.clear();
    options.onClose(reason);
  };
  const send = (message: object): void => {
    if (!ended.signal.aborted) stream.write(JSON.stringify(message));
  };
  const call = (method: string, params: readonly unknown[], reply: Reply): number => {
    const id = ++lastId;
    pending.set(id, reply);
    send({ id, method, params });
    return id;
  };
  const receive = (text: string): void => {
    const message = JSON.parse(text) as Message;
    if (message.method === undefined) {
      const reply = pending.get(message.id as number);
      pending.delete(message.id as number);
      const failed = message.error !== null && message.error !== undefined;
      reply?.(failed ? new RpcError(message.error) : undefined, message.result);
    } else if (message.method === 'echo') {
      send({ id: message.id, result: message.params, error: null });
    } else options.onNotification(message.method, message.params ?? []);
  };
  const frame = jsonFramer((text) => {
    if (!ended.signal.aborted) receive(text);
  });
  stream.on('data', (chunk: Uint8Array) => {
    heard = true;
    try {
      frame(chunk);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      close(new Error(`a message could not be read: ${why}`, { cause: error }));
    }
  });
  if (isSocket(stream)) stream.unref();
  stream.on('error', (error) => close(error));
  stream.on('close', () => close(new Error('the connection was closed')));
  void keepProbing();

  async function keepProbing(): Promise<void> {
    let asked = false;
    while (!ended.signal.aborted) {
      heard = false;
      await options.clock.sleep(options.probe, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      if (heard) asked = false;
      else if (asked) close(new Error(`no answer for ${2 * options.probe} ms`));
      else {
        asked = true;
        call('echo', [], () => undefined);
      }
    }
  }

  return { call, notify: (method, params) => send({ id: null, method, params }), close };
}

/**
 * Returns whether the stream is a socket. Any stream works, e.g. a caller's tunnel; only the sockets of node:net and
 * node:tls keep the process alive.
 */
function isSocket(stream: Duplex): stream is Socket {
  return 'unref' in stream;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}
