import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paths } from './paths.mjs';
import { lastLines } from './program.mjs';
import { readRecord, saveRecord } from './records.mjs';
import { StepError } from './step-error.mjs';

/** @typedef {import('./records.mjs').ProcessRecord} ProcessRecord */

/**
 * Reads what tells a process from a later one with its number: the boot and its start time (proc(5), field 22).
 *
 * @param {string} stat text of /proc/PID/stat
 * @param {string} bootId
 * @returns {string | undefined} undefined for one that has ended and waits for its parent
 */
export function parseBorn(stat, bootId) {
  // The second field is the program's name in brackets, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${bootId.trim()}/${fields[19]}`;
}

/** @param {number} pid @returns {string | undefined} */
export function bornOf(pid) {
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return parseBorn(readFileSync(`/proc/${pid}/stat`, 'utf8'), bootId);
  } catch {
    return undefined;
  }
}

/** @param {string} name @returns {ProcessRecord | undefined} our process of this name, while it runs */
export function runningRecord(name) {
  const record = readRecord(name);
  return record?.kind === 'process' && bornOf(record.pid) === record.born ? record : undefined;
}

/** @param {string} name */
export function logOf(name) {
  return join(paths.log, `${name}.log`);
}

/**
 * Starts a program that outlives us, its output in a log file, and records it.
 *
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, build?: string }} [options]
 * @returns {Promise<ProcessRecord>}
 * @throws StepError
 */
export async function startProcess(name, file, args, options = {}) {
  mkdirSync(paths.log, { recursive: true });
  const log = logOf(name);
  const output = openSync(log, 'a');
  const child = spawn(file, [...args], {
    detached: true,
    stdio: ['ignore', output, output],
    env: options.env ?? process.env,
    cwd: '/',
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new StepError(`${file}: ${cause.message}`, { cause })));
  });
  child.unref();
  return recordProcess(name, child.pid ?? 0, log, options.build);
}

/**
 * Records a process that another program started for us.
 *
 * @param {string} name
 * @param {number} pid
 * @param {string} log
 * @param {string} [build]
 * @returns {ProcessRecord}
 */
export function recordProcess(name, pid, log, build) {
  const born = bornOf(pid);
  if (born === undefined) throw new StepError(`${name} ended as soon as it was started`, { log });
  /** @type {ProcessRecord} */
  const record = {
    kind: 'process',
    name,
    pid,
    born,
    log,
    ...(build === undefined ? {} : { build }),
  };
  saveRecord(record);
  return record;
}

/**
 * Waits until a condition holds; gives up when the process behind it has ended or the time is over.
 *
 * @param {string} what the condition, to end the sentence "... within 30 s"
 * @param {() => Promise<unknown>} holds anything truthy
 * @param {{ deadlineMs: number, record?: ProcessRecord, remedy?: string }} options
 * @throws StepError
 */
export async function waitFor(what, holds, { deadlineMs, record, remedy }) {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (record !== undefined && bornOf(record.pid) !== record.born) {
      throw new StepError(`${record.name} has ended:\n${tail(record.log)}`, {
        remedy,
        log: record.log,
      });
    }
    if (performance.now() > end) {
      const more = record === undefined ? '' : `:\n${tail(record.log)}`;
      const message = `${what} did not happen within ${deadlineMs / 1000} s${more}`;
      throw new StepError(message, { remedy, log: record?.log });
    }
    await sleep(100);
  }
}

/** @param {string} log */
function tail(log) {
  try {
    return lastLines(readFileSync(log, 'utf8'), 8);
  } catch {
    return '';
  }
}

/**
 * Ends a process of ours: SIGTERM, and SIGKILL when that has not helped in time. One that is gone is left alone.
 *
 * @param {ProcessRecord} record
 * @param {number} [graceMs]
 */
export async function stopProcess(record, graceMs = 20_000) {
  const runs = () => bornOf(record.pid) === record.born;
  if (runs()) process.kill(record.pid, 'SIGTERM');
  for (const end = performance.now() + graceMs; runs() && performance.now() < end; ) {
    await sleep(50);
  }
  if (runs()) process.kill(record.pid, 'SIGKILL');
}
