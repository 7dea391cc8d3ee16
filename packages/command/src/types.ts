/**
 * Limits how long a call may wait: until the signal fires or `deadline` milliseconds have passed, whichever comes
 * first.
 */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from the call. */
  readonly deadline?: number | undefined;
}

/** Options for running a program. */
export interface RunOptions extends Wait {
  /** Text for the program's standard input. Default: empty. */
  readonly input?: string | undefined;
  /** The complete environment of the program. Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** See {@link SpawnOptions.secrets}. Secrets are also masked in the program's output. */
  readonly secrets?: readonly string[] | undefined;
}

/** The output of a program that exited with code 0. */
export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. Arguments are passed unchanged, without a shell.
 *
 * @throws CommandError `NOT_FOUND` when the program (or `cwd`) does not exist, `BAD_ARGUMENT` when an argument cannot
 * be passed to any program, `EXIT` when the program exited with a code other than 0 or was ended by a signal, `TIMEOUT`
 * when the deadline passed (the program is killed), `ABORTED` when the signal fired (likewise).
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

/** One line of a program's output, without its line ending. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A running program. */
export interface Child {
  /** Process id. Undefined when the program could not be started (`exited` then rejects). */
  readonly pid: number | undefined;
  /**
   * The program's output, line by line, until it ends. Can be read once, at any time: the newest 10,000 unread lines
   * are kept. A slow reader never blocks the program.
   */
  readonly lines: AsyncIterable<OutputLine>;
  /**
   * Resolves when the program has ended. Rejects with CommandError `NOT_FOUND` or `BAD_ARGUMENT` when the program could
   * not be started.
   */
  readonly exited: Promise<Exit>;
  /** Writes to the program's standard input. */
  write(text: string): void;
  /**
   * Ends the program with SIGTERM, then with SIGKILL after two seconds. Resolves when it has ended. Safe to call twice.
   */
  close(): Promise<void>;
}

/** Options for starting a long-lived program. */
export interface SpawnOptions {
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Keeps the program running when this process ends. Its output is then not read. Default false. */
  readonly detached?: boolean | undefined;
  /**
   * Lets this process end while the program runs; the program ends with it. Awaiting the program then does not keep
   * this process alive either. Default false: this process lives as long as the program.
   */
  readonly background?: boolean | undefined;
  /**
   * Texts to mask as `***` in the message and fields of every error. The error then has no cause. Anyone who may list
   * the processes of this machine can still see arguments; pass secrets on standard input to prevent that.
   */
  readonly secrets?: readonly string[] | undefined;
}

/** Starts a long-lived program. Never throws: `exited` reports failures. */
export type Spawn = (file: string, args: readonly string[], options?: SpawnOptions) => Child;
