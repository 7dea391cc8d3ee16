/** How long a call may wait: until the signal fires or `deadline` milliseconds have passed, whichever comes first. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from the call. */
  readonly deadline?: number | undefined;
}

/** What a program is run with, besides its name and arguments. */
export interface RunOptions extends Wait {
  /** Text for the program's standard input; without it standard input is empty. */
  readonly input?: string | undefined;
  /** The complete environment of the program. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** What a program that exited with 0 has printed. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. Arguments are passed as they are: no shell reads them.
 *
 * @throws CommandError `NOT_FOUND` when there is no such program (or no such `cwd`), `EXIT` when it ended with another code than 0 or by
 * a signal, `TIMEOUT` when the deadline passed (the program is killed), `ABORTED` when the signal fired (likewise).
 */
export type Run = (
  file: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<RunResult>;

/** How a long-lived program ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** One line of a program's output, without its end. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A running program. */
export interface Child {
  /** Process id; undefined when the program could not be started (`exited` then rejects). */
  readonly pid: number | undefined;
  /**
   * Its output, line by line, until it ends. May be read once, also late: the newest 10,000 unread lines are kept, and the
   * program is never held up by a slow reader.
   */
  readonly lines: AsyncIterable<OutputLine>;
  /** Resolves when the program has ended; rejects with CommandError `NOT_FOUND` when it could not be started. */
  readonly exited: Promise<Exit>;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Ends it: SIGTERM, then SIGKILL after two seconds. Resolves when it has ended; safe to call twice. */
  close(): Promise<void>;
}

/** What a long-lived program is started with. */
export interface SpawnOptions {
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Keep it running when this process ends; its output is then not read. Default false. */
  readonly detached?: boolean | undefined;
}

/** Starts a long-lived program. Never throws: what goes wrong is in `exited`. */
export type Spawn = (file: string, args: readonly string[], options?: SpawnOptions) => Child;
