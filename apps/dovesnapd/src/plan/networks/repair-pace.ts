import { backoffMs } from '../../domain/backoff.ts';

/**
 * So many times in a row what somebody takes away is put back at once. Docker alone moves a jump of ours for each network
 * of its own that it makes.
 */
const atOnce = 10;

/** Two repairs are in a row when so little time is between them, milliseconds. */
export const soonMs = 1000;

/** How often something had to be put back lately. */
export interface RepairPace {
  /** How many times in a row. */
  readonly row: number;
  /** When last, milliseconds since the epoch. */
  readonly repairedAt: number;
  /** How long to leave it as it is now, milliseconds: somebody else may want it otherwise, and neither is to win by haste. */
  readonly pauseMs: number;
}

/** Nothing had to be put back. */
export const calmPace: RepairPace = { row: 0, repairedAt: Number.NEGATIVE_INFINITY, pauseMs: 0 };

/** The pace after one more repair. Whoever has paused goes on with the row, until it is set to {@link calmPace}. */
export function paceAfterRepair(pace: RepairPace, now: number): RepairPace {
  const isNext = pace.pauseMs > 0 || now < pace.repairedAt + soonMs;
  const row = isNext ? pace.row + 1 : 1;
  return { row, repairedAt: now, pauseMs: row > atOnce ? backoffMs(row - atOnce) : 0 };
}
