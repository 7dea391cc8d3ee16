import type { Clock } from './clock.ts';
import { FaucetConfigError } from './error.ts';
import type { ConfigFiles } from './file.ts';
import type { ReloadAnswer, ReloadLink } from './reload.ts';
import type { ReloadReport } from './reload-report.ts';
import type { Content } from './store-content.ts';
import type { Request } from './store-request.ts';

/** What the writer works with. `read` and `ask` keep the status up to date on the way. */
export interface WriterParts {
  readonly path: string;
  readonly files: ConfigFiles;
  readonly link: ReloadLink;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** @throws FaucetConfigError `UNREADABLE`. */
  read(): Content;
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  settle(request: Request, outcome: FaucetConfigError | ReloadReport): void;
}

/** Somebody else writes the file over and over, as fast as we do. */
export function contended(path: string): FaucetConfigError {
  const message = `${path} keeps being changed by somebody else while it is written; giving way`;
  return new FaucetConfigError('WRITE', message, { file: path });
}
