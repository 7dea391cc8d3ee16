import { isDeepStrictEqual } from 'node:util';
import { formatCommand, type Run, type RunOptions } from '@dovesnap/command';
import { TestkitError } from './error.ts';

/** One expected command and its answer. */
export interface ScriptedStep {
  readonly argv: readonly string[];
  /** Expected standard input. Default: not checked. */
  readonly input?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  /** Error to throw instead of an answer. */
  readonly fails?: Error | undefined;
}

/** A `run` with a script of expected commands. */
export interface ScriptedRun {
  readonly run: Run;
  /** The options of each call so far, in order. */
  readonly calls: readonly RunOptions[];
  /**
   * Checks that all steps were used.
   * @throws TestkitError `UNEXPECTED_COMMAND` when a step was not used.
   */
  assertDone(): void;
}

/**
 * Creates a `run` that expects these commands in this order. It throws TestkitError `UNEXPECTED_COMMAND` for any other
 * command or input.
 */
export function scriptedRun(steps: readonly ScriptedStep[]): ScriptedRun {
  const calls: RunOptions[] = [];
  const run: Run = async (file, args, options = {}) => {
    const argv = [file, ...args];
    const step = steps[calls.length];
    calls.push(options);
    if (step === undefined || !isDeepStrictEqual([...step.argv], argv)) {
      const expected = step === undefined ? 'nothing more' : formatCommand(step.argv);
      throw unexpected(argv, `expected ${expected}, was asked to run ${formatCommand(argv)}`);
    }
    if (step.input !== undefined && step.input !== options.input) {
      const inputs = `expected the input\n${step.input}\ngot\n${options.input ?? 'none'}`;
      throw unexpected(argv, `${formatCommand(argv)}: ${inputs}`);
    }
    if (step.fails !== undefined) throw step.fails;
    return { stdout: step.stdout ?? '', stderr: step.stderr ?? '' };
  };
  return {
    run,
    calls,
    assertDone(): void {
      const left = steps[calls.length];
      if (left !== undefined) throw unexpected(left.argv, `never ran ${formatCommand(left.argv)}`);
    },
  };
}

function unexpected(argv: readonly string[], message: string): TestkitError {
  return new TestkitError('UNEXPECTED_COMMAND', argv[0] ?? '', message);
}
