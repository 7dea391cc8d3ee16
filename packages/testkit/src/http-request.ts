import { type IncomingMessage, request as nodeRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { TestkitError } from './error.ts';

/** What is asked, besides the path. */
export interface HttpOptions {
  /** Default GET, or POST when there is a body. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Milliseconds for the whole exchange. Default none. */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was answered, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * One HTTP exchange over a unix socket.
 *
 * @throws TestkitError `UNREACHABLE` when nobody listens, the connection breaks or the deadline passes.
 */
export async function httpRequest(
  socketPath: string,
  path: string,
  options: HttpOptions = {},
): Promise<HttpAnswer> {
  const answer = await openHttp(socketPath, path, options);
  const body = await text(answer).catch((cause) => {
    throw unreachable(path, cause);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

/** Like {@link httpRequest}, but hands out the answer before its body has come: for streams of events. */
export function openHttp(
  socketPath: string,
  path: string,
  options: HttpOptions = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signals = [
      ...(options.signal === undefined ? [] : [options.signal]),
      ...(options.deadline === undefined ? [] : [AbortSignal.timeout(options.deadline)]),
    ];
    const outgoing = nodeRequest({
      socketPath,
      path,
      agent: false,
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers: { host: 'localhost', ...options.headers },
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    });
    outgoing.on('response', (answer) => {
      const refused = answer.headers['x-unreachable'];
      if (refused === undefined) return resolve(answer);
      answer.resume();
      reject(unreachable(path, new Error(String(refused))));
    });
    outgoing.on('error', (cause) => reject(unreachable(path, cause)));
    outgoing.end(options.body);
  });
}

function unreachable(path: string, cause: Error): TestkitError {
  return new TestkitError('UNREACHABLE', path, `${path} did not answer: ${cause.message}`, cause);
}
