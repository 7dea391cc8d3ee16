import { type Child, CommandError, type OutputLine, type Run, type Spawn } from '@dovesnap/command';
import { iptablesTables, restoreTables, saveTables } from './iptables-tables.ts';

/** The programs of iptables and nftables on a machine in memory, with the nft backend and both families. */
export interface MemoryIptables {
  /** Runs `iptables-nft-save` and `iptables-nft-restore`, and their like for IPv6. */
  readonly run: Run;
  /** Starts `nft monitor`. */
  readonly spawn: Spawn;
  /** All rules, as `iptables-save` prints them: `-A CHAIN ...`. */
  rules(family: MemoryFamily, table: MemoryTable): string[];
  /** Names of the chains of a table. */
  chains(family: MemoryFamily, table: MemoryTable): string[];
  /** `iptables -t TABLE -F`: empties all chains of a table. */
  flush(family: MemoryFamily, table: MemoryTable): void;
}

/** A program's IP version. */
export type MemoryFamily = 'ipv4' | 'ipv6';

/** A table of iptables. */
export type MemoryTable = 'filter' | 'nat';

const familyOf: Readonly<Record<string, MemoryFamily>> = { iptables: 'ipv4', ip6tables: 'ipv6' };
const nftFamily = { ipv4: 'ip', ipv6: 'ip6' } as const;

/** Makes a machine whose tables have their built-in chains and no rules. */
export function memoryIptables(): MemoryIptables {
  const kernel = { ipv4: iptablesTables(), ipv6: iptablesTables() };
  const monitors = new Set<(line: string) => void>();
  let generation = 1;
  const tell = (lines: readonly string[], by: string): void => {
    generation += 1;
    for (const line of [...lines, `# new generation ${generation} by process 1 (${by})`]) {
      for (const monitor of [...monitors]) monitor(line);
    }
  };
  const restore = (family: MemoryFamily, input: string): void => {
    const lines = input.split('\n').filter((line) => line !== '');
    restoreTables(kernel[family], lines);
    tell(linesOfRestore(family, lines), 'iptables-nft-restore');
  };
  const chainsOf = (family: MemoryFamily, table: MemoryTable) =>
    kernel[family].get(table) ?? new Map<string, string[]>();
  return {
    run: async (file, args, { input = '' } = {}) => {
      const [, program = '', command] = /^(ip6?tables)-nft-(save|restore)$/.exec(file) ?? [];
      const family = familyOf[program];
      const argv = [file, ...args];
      if (family === undefined) throw new CommandError('NOT_FOUND', `${file}: not found`, { argv });
      if (command === 'save') return { stdout: saveTables(kernel[family]), stderr: '' };
      try {
        restore(family, input);
      } catch (error) {
        const { message } = error as Error;
        throw new CommandError('EXIT', message, { argv, exitCode: 1, stderr: message });
      }
      return { stdout: '', stderr: '' };
    },
    spawn: (_file, _args, { signal } = {}) => monitor(monitors, signal),
    rules: (family, table) =>
      [...chainsOf(family, table)].flatMap(([chain, rules]) =>
        rules.map((rule) => `-A ${chain} ${rule}`),
      ),
    chains: (family, table) => [...chainsOf(family, table).keys()],
    flush: (family, table) => {
      const gone = [...chainsOf(family, table)].flatMap(([chain, rules]) =>
        rules.splice(0).map(() => `delete rule ${nftFamily[family]} ${table} ${chain} handle 1`),
      );
      if (gone.length > 0) tell(gone, 'iptables');
    },
  };
}

/** What `nft monitor` prints of a restore. */
function linesOfRestore(family: MemoryFamily, lines: readonly string[]): string[] {
  let table = '';
  return lines.flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1);
    const [, command, chain] = /^(:|-[ADIX] )(\S+)/.exec(line) ?? [];
    if (command === undefined) return [];
    const verb = command === '-D ' || command === '-X ' ? 'delete' : 'add';
    const kind = command === ':' || command === '-X ' ? 'chain' : 'rule';
    return [`${verb} ${kind} ${nftFamily[family]} ${table} ${chain}`];
  });
}

/** A program that prints what it is told, until it is ended. */
function monitor(monitors: Set<(line: string) => void>, signal: AbortSignal | undefined): Child {
  const queue: OutputLine[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  let exit = (_exit: { code: number; signal: undefined }): void => undefined;
  const exited = new Promise<{ code: number; signal: undefined }>((resolve) => {
    exit = resolve;
  });
  const listen = (text: string): void => {
    queue.push({ stream: 'stdout', text });
    wake();
  };
  const end = (): void => {
    isOver = true;
    monitors.delete(listen);
    exit({ code: 143, signal: undefined });
    wake();
  };
  async function* lines(): AsyncGenerator<OutputLine, void> {
    for (;;) {
      for (const line of queue.splice(0)) yield line;
      if (isOver) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  monitors.add(listen);
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  return { pid: 1, lines: lines(), exited, write: () => undefined, close: async () => end() };
}
