import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StepError } from './step-error.mjs';

const systemFolders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Finds a program: the distribution's first, so that a stray newer client in /usr/local is not taken.
 *
 * @param {string} name
 * @param {{ folders?: readonly string[], isExecutable?: (path: string) => boolean }} [edges]
 * @returns {string | undefined}
 */
export function findProgram(name, edges = {}) {
  const isExecutable = edges.isExecutable ?? canExecute;
  const folders = edges.folders ?? [...systemFolders, ...(process.env.PATH ?? '').split(':')];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @param {string} path */
export function canExecute(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {number} [timeoutMs] the program is killed when it takes longer
 * @property {string} [log] a file that gets its output as well
 * @property {boolean} [show] let its output through to the terminal instead of collecting it
 * @property {string} [output] a file that gets its output instead of us: for a program that leaves daemons behind,
 *   which hold the output open
 * @property {string} [remedy] what to do when it fails
 */

/**
 * Runs a program to its end.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} code 127: no such program, 124: took too long
 */
export function attempt(file, args, options = {}) {
  return new Promise((resolve) => {
    const stdio = whereTo(options);
    const child = spawn(file, [...args], {
      env: options.env ?? process.env,
      cwd: options.cwd,
      stdio: ['ignore', stdio, stdio],
    });
    const output = { stdout: '', stderr: '' };
    const log = options.log === undefined ? undefined : openLog(options.log);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 1_800_000);
    for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
      child[stream]?.setEncoding('utf8').on('data', (text) => {
        output[stream] += text;
        log?.write(text);
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      log?.end();
      resolve({ code: 127, stdout: '', stderr: error.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      log?.end();
      resolve({ code: late ? 124 : (code ?? 128), ...output });
    });
  });
}

/** @param {RunOptions} options */
function whereTo({ show, output }) {
  if (output === undefined) return show ? 'inherit' : 'pipe';
  mkdirSync(dirname(output), { recursive: true });
  return openSync(output, 'a');
}

/** @param {string} path */
function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  return createWriteStream(path, { flags: 'w' });
}

/**
 * Runs a program that must succeed and returns what it printed, without the last line's end.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @throws StepError when it does not end with 0
 */
export async function run(file, args, options = {}) {
  const result = await attempt(file, args, options);
  if (result.code === 0) return result.stdout.trimEnd();
  const how = { 124: 'took too long', 127: 'could not be started' }[result.code];
  const said = [result.stdout, result.stderr]
    .map(tellingLines)
    .filter((text) => text !== '')
    .join('\n');
  throw new StepError(
    `${[file, ...args].join(' ')} ${how ?? `ended with ${result.code}`}${said && `:\n${said}`}`,
    { remedy: options.remedy, log: options.log ?? options.output },
  );
}

/**
 * What a person wants to read of a failed program's output: the first lines that speak of an error, without the stack
 * traces between them, else its end.
 *
 * @param {string} text
 */
export function tellingLines(text) {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= 10) return lines.join('\n');
  const telling = lines
    .filter((line) => !/^\S*\s+at /.test(line))
    .filter((line) => /\berror\b|^E: |\bcannot\b|\bnot found\b/i.test(line));
  return telling.length === 0 ? lastLines(text, 10) : telling.slice(0, 8).join('\n');
}

/**
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
