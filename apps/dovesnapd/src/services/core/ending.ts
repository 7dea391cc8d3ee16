/** When a call of Docker's has to end. */
export interface Ending {
  /** When Docker began to wait for the answer, milliseconds since the epoch. */
  readonly since: number;
  /** Fires when Docker has to be answered, with the reason. */
  readonly signal: AbortSignal;
}
