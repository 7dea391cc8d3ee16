import { createInterface } from 'node:readline';
import { StepError } from './step-error.mjs';

/** @typedef {import('./guest-protocol.mjs').Message} Message */
/** @typedef {{ code: number, stdout: string, stderr: string }} Result */

/**
 * @typedef {object} GuestRunOptions
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string>>} [env]
 * @property {string} [text] standard input
 * @property {boolean} [show] its output goes to ours as well
 */

/**
 * The conversation with the agent of a guest.
 *
 * @param {import('node:net').Socket} socket
 */
export function talkToGuest(socket) {
  /** @type {Map<number, { result: Result, show: boolean, end: (result: Result) => void }>} */
  const running = new Map();
  /** @type {Set<() => void>} */
  const waiting = new Set();
  let last = 0;

  const endAll = () => {
    for (const { result, end } of running.values()) end({ ...result, code: 128 });
    running.clear();
  };

  /** @param {Message} message */
  const hear = (message) => {
    if ('boot' in message) {
      // What ran in the machine before this start has ended with it.
      endAll();
      for (const wake of [...waiting]) wake();
      return;
    }
    const command = running.get(message.id);
    if (command === undefined) return;
    if ('stream' in message) {
      command.result[message.stream] += message.text;
      if (command.show) process[message.stream].write(message.text);
      return;
    }
    running.delete(message.id);
    command.end({ ...command.result, code: message.code });
  };
  createInterface({ input: socket }).on('line', (line) => {
    if (line.startsWith('{')) hear(JSON.parse(line));
  });
  socket.on('error', () => undefined);
  socket.on('close', endAll);

  return {
    /** @param {number} deadlineMs @returns {Promise<void>} */
    booted: (deadlineMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(reject), deadlineMs);
        const wake = () => settle(resolve);
        /** @param {(error?: any) => void} done */
        const settle = (done) => {
          clearTimeout(timer);
          waiting.delete(wake);
          done(new StepError(`the guest takes no commands after ${deadlineMs / 1000} s`));
        };
        waiting.add(wake);
      }),
    /**
     * @param {string} file
     * @param {readonly string[]} args
     * @param {GuestRunOptions} [options]
     * @returns {Promise<Result>}
     */
    attempt: (file, args, { show = false, ...options } = {}) =>
      new Promise((end) => {
        last += 1;
        running.set(last, { result: { code: 128, stdout: '', stderr: '' }, show, end });
        socket.write(`${JSON.stringify({ id: last, file, args, ...options })}\n`);
      }),
  };
}
