import type { Duplex } from 'node:stream';
import { OvsError } from '../error.ts';
import type { Wait } from '../types.ts';
import { waitFor } from '../wait.ts';
import { decodeMessages, encodeMessage, type Message, messageType } from './openflow-messages.ts';

/** A request, without its transaction id. */
export type Request = Pick<Message, 'type' | 'body'>;

/** How an exchange ended: the switch has processed all requests, or there was no connection. */
export type Exchanged = 'done' | 'unreachable';

const barrierXid = 0xffff;

/**
 * Sends requests to a switch over a fresh connection and waits until the switch has processed them: a barrier follows
 * them (OpenFlow 1.3.5, section 7.3.8). Closes the connection.
 * @throws OvsError `OFCTL` when the switch refuses a request or ends the connection, `TIMEOUT`, `ABORTED`.
 */
export function exchange(
  what: string,
  connection: Duplex,
  requests: readonly Request[],
  wait: Wait = {},
): Promise<Exchanged> {
  const failed = (why: string, cause?: unknown): OvsError =>
    new OvsError('OFCTL', `${what} failed: ${why}`, { cause });
  return waitFor<Exchanged>(what, wait, ({ resolve, reject }) => {
    let received = Buffer.alloc(0);
    let hasAnswered = false;
    const handle = ({ type, xid, body }: Message): void => {
      hasAnswered = true;
      if (type === messageType.error) reject(failed(`the switch refused it (${sayError(body)})`));
      else if (type === messageType.barrierReply && xid === barrierXid) resolve('done');
      else if (type === messageType.echoRequest) send({ type: messageType.echoReply, xid, body });
    };
    const send = (message: Message): void => void connection.write(encodeMessage(message));
    connection.on('data', (chunk: Buffer) => {
      const { messages, rest } = decodeMessages(Buffer.concat([received, chunk]));
      received = Buffer.from(rest);
      for (const message of messages) handle(message);
    });
    connection.on('error', (error) => {
      if (hasAnswered) reject(failed(error.message, error));
      else resolve('unreachable');
    });
    connection.on('close', () => reject(failed('the switch ended the connection')));
    send({ type: messageType.hello, xid: 0, body: Buffer.alloc(0) });
    requests.forEach((request, at) => void send({ ...request, xid: at + 1 }));
    send({ type: messageType.barrierRequest, xid: barrierXid, body: Buffer.alloc(0) });
    return () => void connection.destroy();
  });
}

/** Type and code of OFPT_ERROR, section 7.5.4. */
function sayError(body: Buffer): string {
  if (body.length < 4) return 'OpenFlow error';
  return `OpenFlow error type ${body.readUInt16BE(0)}, code ${body.readUInt16BE(2)}`;
}
