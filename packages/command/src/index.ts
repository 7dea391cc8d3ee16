export { CommandError, type CommandErrorCode } from './error.ts';
export { formatCommand } from './format.ts';
export { held, holdProcess, longestMs } from './hold-process.ts';
export { run } from './run.ts';
export { spawn } from './spawn.ts';
export type {
  Child,
  Exit,
  OutputLine,
  Run,
  RunOptions,
  RunResult,
  Spawn,
  SpawnOptions,
  Wait,
} from './types.ts';
