/**
 * Limits how long a call may wait: until the signal fires or `deadline` milliseconds have passed, whichever comes
 * first.
 */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from the call. */
  readonly deadline?: number | undefined;
}

/** A map of strings, as in every `external_ids` and `other_config` column. */
export type StringMap = Readonly<Record<string, string>>;

/** One operation of an OVSDB transaction, in wire form (RFC 7047, section 5.2). */
export type Operation = Readonly<Record<string, unknown>> & { readonly op: string };
