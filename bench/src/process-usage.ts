import { readFile } from 'node:fs/promises';

/** What a process has used until now. */
export interface Usage {
  /** Processor time, milliseconds: its own, and that of the programs it ran to their end. */
  readonly ownMs: number;
  readonly childrenMs: number;
  /** Resident memory, bytes. */
  readonly resident: number;
}

/** proc(5) counts in ticks; USER_HZ is 100 on every architecture that Node runs on. */
const msPerTick = 10;

/** Reads what a process has used. */
export async function readUsage(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  return parseUsage(stat, status);
}

/** Reads /proc/PID/stat and /proc/PID/status. */
export function parseUsage(stat: string, status: string): Usage {
  // The name, in brackets, may hold anything; the state after the last bracket is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number): number => Number(fields[field - 3]);
  return {
    ownMs: (ticks(14) + ticks(15)) * msPerTick,
    childrenMs: (ticks(16) + ticks(17)) * msPerTick,
    resident: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024,
  };
}
