import type { Clock } from '../clock.ts';
import { FaucetConfigError } from '../error.ts';
import type { ReloadAnswer, ReloadLink } from '../reload/reload.ts';
import type { ReloadReport } from '../reload/reload-report.ts';
import type { Content } from './content.ts';
import type { OwnTexts } from './own-texts.ts';
import type { Refusals } from './refusals.ts';
import type { Request } from './request.ts';

/** Dependencies of the writer. `read` and `ask` also update the status. */
export interface WriterParts {
  readonly path: string;
  readonly own: OwnTexts;
  readonly refusals: Refusals;
  readonly link: ReloadLink;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Reads the files. @throws FaucetConfigError `UNREADABLE`. */
  read(): Content;
  ask(timeoutMs: number): Promise<ReloadAnswer>;
  settle(request: Request, outcome: FaucetConfigError | ReloadReport): void;
}

/** Returns the error for a file that someone else writes as often as we do. */
export function contended(path: string): FaucetConfigError {
  const message = `${path} keeps changing while it is being written; giving way`;
  return new FaucetConfigError('WRITE', message, { file: path });
}
