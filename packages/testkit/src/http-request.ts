import { type IncomingMessage, request as nodeRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { TestkitError } from './error.ts';
import { patient } from './patience.ts';

/** Options for a request. */
export interface HttpOptions {
  /** Default GET, or POST when there is a body. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Milliseconds for the whole request on a typical machine. Default none. */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The response, with any status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * Makes one HTTP request over a unix socket.
 *
 * @throws TestkitError `UNREACHABLE` when nothing listens, the connection breaks, or the deadline passes.
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

/** Like {@link httpRequest}, but returns the response before its body has arrived, for event streams. */
export function openHttp(
  socketPath: string,
  path: string,
  options: HttpOptions = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const signals = [
      ...(options.signal === undefined ? [] : [options.signal]),
      ...(options.deadline === undefined ? [] : [AbortSignal.timeout(patient(options.deadline))]),
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
