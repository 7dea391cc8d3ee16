import type { Log } from '../src/edges/log.ts';

/** One line as it was logged. */
export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

/** A log that keeps its lines. */
export interface RecordingLog extends Log {
  readonly lines: readonly LoggedLine[];
}

/** Makes a {@link RecordingLog}. */
export function recordingLog(lines: LoggedLine[] = [], bound: object = {}): RecordingLog {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...bound, ...fields } });
  };
  return {
    lines,
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => recordingLog(lines, { ...bound, ...fields }),
  };
}
