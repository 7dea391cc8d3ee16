import { type FakeClock, fakeClock } from '@dovesnap/testkit';
import { type Failures, failures } from '../../src/services/core/failures.ts';
import { type Retries, retries } from '../../src/services/core/retries.ts';
import type { Turns } from '../../src/services/core/turns.ts';
import { type RecordingLog, recordingLog } from '../recording-log.ts';
import { turnsInOrder } from './turns-in-order.ts';

/** The parts of the daemon that reach nothing outside it. */
export interface BareParts {
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly turns: Turns;
  readonly failures: Failures;
  readonly retries: Retries;
  readonly signal: AbortSignal;
  /** Fires {@link BareParts.signal}. */
  readonly stop: () => void;
}

/** Makes {@link BareParts}, on a clock that the test drives. */
export function bareParts(startAt?: number): BareParts {
  const clock = fakeClock(startAt);
  const log = recordingLog();
  const failed = failures({ log, clock });
  const stop = new AbortController();
  return {
    ...{ clock, log, turns: turnsInOrder(), failures: failed, signal: stop.signal },
    retries: retries({ clock, failures: failed }),
    stop: () => stop.abort(),
  };
}
