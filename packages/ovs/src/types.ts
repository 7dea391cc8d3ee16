/** How long a call may wait: until the signal fires or `deadline` milliseconds have passed, whichever comes first. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from the call. */
  readonly deadline?: number | undefined;
}

/** Key to value, as in every `external_ids` and `other_config` column. */
export type StringMap = Readonly<Record<string, string>>;
