import { connect, type Socket } from 'node:net';

/** What came back: the status of the answer, 0 when the connection was closed without one. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * What follows the bytes: the next request on this connection, the end of what is sent, or nothing at all: the
 * connection stays as it is until the answer has come, and serves no other request.
 */
export type AfterBytes = 'next' | 'end' | 'silence';

/** One connection to an HTTP server on a unix socket, for bytes that no HTTP client would send. */
export interface RawConnection {
  /** Sends bytes and waits for one answer. @throws Error after the deadline, milliseconds. */
  ask(bytes: Buffer, after: AfterBytes, deadline: number): Promise<RawAnswer>;
  close(): void;
}

/** Opens a {@link RawConnection}; one that the server closes is opened again when it is needed. */
export function rawConnection(path: string): RawConnection {
  let socket: Socket | undefined;
  const open = (): Socket => {
    if (socket !== undefined && !socket.destroyed && socket.writable) return socket;
    socket = connect({ path, allowHalfOpen: true });
    return socket;
  };
  const ask: RawConnection['ask'] = (bytes, after, deadline) =>
    new Promise((resolve, reject) => {
      const here = open();
      let received = Buffer.alloc(0);
      const settle = (done: () => void): void => {
        clearTimeout(timer);
        here.removeAllListeners();
        // What is late belongs to no request.
        here.on('error', () => undefined);
        done();
      };
      const end = (): void => {
        here.destroy();
        settle(() => resolve(parseAnswer(received, true) ?? { status: 0, body: '' }));
      };
      const timer = setTimeout(() => {
        here.destroy();
        settle(() => reject(new Error(`no answer within ${deadline} ms`)));
      }, deadline);
      here.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        const answer = parseAnswer(received, false);
        if (answer === undefined) return;
        if (after !== 'next') here.destroy();
        settle(() => resolve(answer));
      });
      here.on('end', end);
      here.on('close', end);
      here.on('error', end);
      here.write(bytes);
      if (after === 'end') here.end();
    });
  return { ask, close: () => socket?.destroy() };
}

/** Reads an answer; undefined while it is not all there. */
function parseAnswer(received: Buffer, isAll: boolean): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.subarray(0, end).toString('latin1');
  const rest = received.subarray(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  // "100 Continue" is on the way to an answer.
  if (status >= 100 && status < 200) return parseAnswer(rest, isAll);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? (isAll ? 0 : Number.NaN));
  if (isAll) return { status, body: rest.toString('utf8') };
  return rest.length >= length
    ? { status, body: rest.subarray(0, length).toString('utf8') }
    : undefined;
}
