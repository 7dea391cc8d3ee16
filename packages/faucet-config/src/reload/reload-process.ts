import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A process that reloads its configuration on SIGHUP. `startTime` distinguishes it from a later process with the same
 * id.
 */
export interface ReloadProcess {
  readonly pid: number;
  readonly startTime: string;
}

/** How to find Faucet's process. */
export interface FindOptions {
  /** Port of the metrics endpoint. The process that listens on it on this host is Faucet. */
  readonly port: number;
  /** File that contains the process id. If given, nothing else is tried. */
  readonly pidfile?: string | undefined;
  /** Default `/proc`. */
  readonly proc?: string | undefined;
}

/** SIGHUP is signal 1, which is bit 0 of the mask of caught signals (proc(5), SigCgt). */
const sighupBit = 1n;
/** State of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const listening = '0A';

/**
 * Finds the Faucet process on this host: the one in the pidfile, otherwise the one that listens on the metrics port in
 * this network namespace. Returns undefined if no process is safe to signal. Only a Python process that runs Faucet and
 * catches SIGHUP is returned, because the signal ends a Faucet that is still starting, and any other program, such as a
 * proxy that forwards the port into a container.
 */
export async function findReloadProcess(options: FindOptions): Promise<ReloadProcess | undefined> {
  const proc = options.proc ?? '/proc';
  if (options.pidfile !== undefined) {
    const pid = Number.parseInt(await readOrEmpty(options.pidfile), 10);
    return Number.isNaN(pid) ? undefined : describe(proc, pid);
  }
  const inodes = await listeningInodes(proc, options.port);
  if (inodes.size === 0) return undefined;
  for (const name of await readdir(proc)) {
    if (!/^\d+$/.test(name)) continue;
    const found = await describe(proc, Number(name));
    if (found !== undefined && (await holdsSocket(proc, name, inodes))) return found;
  }
  return undefined;
}

/** Returns whether a process found earlier is still the same process and still catches the signal. */
export async function isStill(found: ReloadProcess, proc = '/proc'): Promise<boolean> {
  return (await describe(proc, found.pid))?.startTime === found.startTime;
}

async function describe(proc: string, pid: number): Promise<ReloadProcess | undefined> {
  const folder = join(proc, String(pid));
  const argv = (await readOrEmpty(join(folder, 'cmdline'))).split('\0');
  if (!runsFaucet(argv)) return undefined;
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(await readOrEmpty(join(folder, 'status')))?.[1];
  if (caught === undefined || (BigInt(`0x${caught}`) & sighupBit) === 0n) return undefined;
  // The name in brackets may contain spaces. After it, field 22, the start time, is the twentieth (proc(5)).
  const startTime = (await readOrEmpty(join(folder, 'stat'))).split(') ').at(-1)?.split(' ')[19];
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Matches `python3 .../bin/faucet`, or what it turns into: `python3 .../bin/osken-manager ... faucet.faucet`. */
function runsFaucet(argv: readonly string[]): boolean {
  const [program = '', ...rest] = argv;
  if (!/(^|\/)(python|pypy)[\d.]*$/.test(program)) return false;
  return rest.some((word) => /(^|\/)faucet$|^faucet\.faucet$|\/faucet\/__main__\.py$/.test(word));
}

async function listeningInodes(proc: string, port: number): Promise<ReadonlySet<string>> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readOrEmpty(join(proc, 'self/net', name))),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  return new Set(
    rows
      .filter(([, local, , state]) => state === listening && local?.endsWith(`:${hexPort}`))
      .map((fields) => `socket:[${fields[9]}]`),
  );
}

async function holdsSocket(
  proc: string,
  pid: string,
  inodes: ReadonlySet<string>,
): Promise<boolean> {
  const folder = join(proc, pid, 'fd');
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    names.map((name) => readlink(join(folder, name)).catch(() => '')),
  );
  return targets.some((target) => inodes.has(target));
}

function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
