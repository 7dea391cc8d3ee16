import { type DestinationStream, destination, pino } from 'pino';

type Write = (fields: object, message: string) => void;

/** Structured log: fields for machines, one sentence for people. */
export interface Log {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** A log whose every line carries these fields, e.g. `{ network: 'mynet', container: 'web' }`. */
  child(fields: object): Log;
}

/** What a log can be told. */
export interface LogOptions {
  readonly level: 'info' | 'debug' | 'trace';
  /** Where lines go; default standard error, written at once so that the last line before a crash is not lost. */
  readonly to?: DestinationStream | undefined;
}

/** Starts a log of one JSON object a line: `level`, `time` (ISO 8601), `msg` and the fields; an `err` field carries its stack. */
export function createLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    options.to ?? destination({ fd: 2, sync: true }),
  );
}

/**
 * The same log, in which warnings and errors become debug lines once the signal has fired: what fails after the daemon was
 * told to stop is about parts that it has let go of.
 */
export function quietAfter(log: Log, signal: AbortSignal): Log {
  const unlessStopped =
    (write: 'warn' | 'error'): Write =>
    (fields, message) =>
      log[signal.aborted ? 'debug' : write](fields, message);
  return {
    trace: (fields, message) => log.trace(fields, message),
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: unlessStopped('warn'),
    error: unlessStopped('error'),
    child: (fields) => quietAfter(log.child(fields), signal),
  };
}
