import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Runs inside the guest, as a service: runs the commands that come in by the virtio port, one JSON object a line, and
 * sends back what they print and how they end. The port can be opened once only, so both ways share a descriptor.
 *
 * @typedef {import('./guest-protocol.mjs').Command} Command
 * @typedef {import('./guest-protocol.mjs').Message} Message
 */

const port = openSync(process.argv[2] ?? '', 'r+');
const output = createWriteStream('', { fd: port, autoClose: false });
const input = createReadStream('', { fd: port, autoClose: false, encoding: 'utf8' });

/** @param {Message} message */
const send = (message) => void output.write(`${JSON.stringify(message)}\n`);

/** @param {Command} command */
function start({ id, file, args, cwd, env, text }) {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: true });
  for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
    child[stream].setEncoding('utf8').on('data', (data) => send({ id, stream, text: data }));
  }
  child.on('error', (error) => {
    send({ id, stream: 'stderr', text: error.message });
    send({ id, code: 127 });
  });
  child.on('close', (code) => send({ id, code: code ?? 128 }));
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
}

send({ boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() });
for await (const line of createInterface({ input })) {
  if (line.startsWith('{')) start(JSON.parse(line));
}
