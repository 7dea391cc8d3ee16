import type { ServerResponse } from 'node:http';

// Longer than any sentence of ours. The full output of a tool would fill the user's screen.
const LONGEST_SENTENCE = 1000;

/** Returns an error's message as one line of text without control characters. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_SENTENCE);
  return line === '' ? 'the request failed for an unknown reason' : line;
}

/** Replies to a call with a value. */
export function replyValue(response: ServerResponse, value: object): void {
  send(response, 200, value);
}

/**
 * Replies to a call with the reason of a failure. The status is 200, because the user then sees `remote: REASON`. With
 * any other status, Docker puts the protocol's name of the call before it (measured on 20.10 to 29.7).
 */
export function replyError(response: ServerResponse, error: unknown, status = 200): void {
  send(response, status, { Err: sentenceOf(error) });
}

function send(response: ServerResponse, status: number, value: object): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/vnd.docker.plugins.v1.2+json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
