import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { talkToGuest } from './guest-line.mjs';
import { portName } from './guest-protocol.mjs';
import { lastLines, tellingLines } from './program.mjs';
import { StepError } from './step-error.mjs';

/** @typedef {import('./guest-line.mjs').Result} Result */
/** @typedef {import('./guest-line.mjs').GuestRunOptions} GuestRunOptions */

/**
 * What a guest is made of.
 *
 * @typedef {object} GuestParts
 * @property {string} kernel
 * @property {string} initrd
 * @property {string} image a raw disk with a root file system; nothing is written to it
 * @property {string} folder for the socket and the log of the console
 */

/**
 * A machine that QEMU emulates.
 *
 * @typedef {object} Guest
 * @property {(file: string, args: readonly string[], options?: GuestRunOptions) => Promise<Result>} attempt
 *   runs a program in it, to its end
 * @property {(file: string, args: readonly string[], options?: GuestRunOptions) => Promise<string>} run
 *   one that must succeed; answers what it printed
 * @property {() => Promise<void>} reboot resolves when it has started again and takes commands
 * @property {() => Promise<void>} close switches it off; its disk's changes are gone
 */

/** Booting takes under a minute where nothing else runs. */
const bootMs = 900_000;

/**
 * Boots a guest; resolves when it takes commands.
 *
 * @param {GuestParts} parts
 * @returns {Promise<Guest>}
 * @throws StepError with the end of the console's log when it does not start
 */
export async function startGuest(parts) {
  const socketPath = `${parts.folder}/commands.sock`;
  const log = `${parts.folder}/console.log`;
  for (const old of [socketPath, log]) rmSync(old, { force: true });
  const machine = spawn('qemu-system-x86_64', machineArguments(parts, socketPath, log), {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(machine, 'exit');
  const runs = () => machine.exitCode === null && machine.signalCode === null;
  const kill = () => void machine.kill('SIGKILL');
  process.once('exit', kill);
  const close = async () => {
    if (runs()) kill();
    await ended;
    process.off('exit', kill);
  };
  // Nothing tells of it; QEMU makes it before it starts the machine.
  while (!existsSync(socketPath) && runs()) await sleep(50);
  if (!runs()) throw new StepError('QEMU ended at once');
  const line = talkToGuest(createConnection(socketPath));
  try {
    await line.booted(bootMs);
  } catch (cause) {
    await close();
    const said = existsSync(log) ? lastLines(readFileSync(log, 'utf8'), 10) : '';
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StepError(`${why}; its console:\n${said}`, { log, cause });
  }
  return {
    attempt: line.attempt,
    run: async (file, args, options) => {
      const { code, stdout, stderr } = await line.attempt(file, args, options);
      if (code === 0) return stdout.trimEnd();
      const said = tellingLines(stderr || stdout);
      throw new StepError(`${[file, ...args].join(' ')} ended with ${code} in the guest:\n${said}`);
    },
    close,
    async reboot() {
      const booted = line.booted(bootMs);
      await line.attempt('systemctl', ['--no-block', 'reboot']);
      await booted;
    },
  };
}

/**
 * Software emulation, a thread for each processor. Nothing of the machine's is visible but the disk; the network is none.
 *
 * @param {GuestParts} parts
 * @param {string} socketPath
 * @param {string} log
 */
function machineArguments({ kernel, initrd, image }, socketPath, log) {
  const port = `virtserialport,chardev=commands,name=${portName}`;
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-nic', 'none'],
    ...['-accel', 'tcg,thread=multi,tb-size=1024', '-cpu', 'max', '-smp', '2', '-m', '5G'],
    ...['-kernel', kernel, '-initrd', initrd],
    // Mitigations cost an emulated processor much and protect it from nobody.
    ...['-append', 'root=/dev/vda rw console=ttyS0 quiet mitigations=off net.ifnames=0'],
    ...['-drive', `file=${image},if=virtio,format=raw,snapshot=on,cache=unsafe`],
    ...['-serial', `file:${log}`, '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...['-chardev', `socket,id=commands,path=${socketPath},server=on,wait=on`, '-device', port],
  ];
}
