import type { Spawn } from '@dovesnap/command';
import { ipCommand, ipError, ipText } from './ip-command.ts';
import { isReplyEnd, lastWords } from './ip-reply.ts';

/** One running `ip -batch -`. It takes one request at a time. */
export interface RunningIp {
  readonly ended: boolean;
  /**
   * Writes a request and resolves to the lines of its reply. Rejects with the signal's reason as soon as it fires; the
   * process must not be used again then.
   * @throws CommandError `EXIT` when ip ended first; `stderr` has what it said about this request.
   */
  ask(request: string, signal: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Starts `ip` in the background: it does not keep this process alive, and it ends with it. */
export function startIp(spawn: Spawn): RunningIp {
  const [file, ...args] = ipCommand;
  const child = spawn(file, args, { background: true });
  let ended = false;
  let said: string[] = [];
  let waiting:
    | { resolve(lines: readonly string[]): void; reject(error: unknown): void }
    | undefined;
  const follow = async (): Promise<void> => {
    for await (const { stream, text } of child.lines) {
      if (stream === 'stdout') continue;
      said.push(text);
      if (!isReplyEnd(said)) continue;
      waiting?.resolve(said);
      said = [];
    }
    ended = true;
    const { code, signal } = await child.exited;
    const how = code === undefined ? `was ended by ${signal}` : `exited with ${code}`;
    const stderr = lastWords(said);
    const message = `${ipText} ${how}${stderr === '' ? '' : `: ${stderr}`}`;
    throw ipError('EXIT', message, { exitCode: code, signal, stderr });
  };
  follow().catch((error: unknown) => {
    ended = true;
    waiting?.reject(error);
  });
  return {
    get ended(): boolean {
      return ended;
    },
    ask: (request, signal) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        child.write(request);
      }),
    close: () => child.close(),
  };
}
