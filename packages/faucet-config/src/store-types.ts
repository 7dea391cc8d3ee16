import type { EditStep } from './edit-types.ts';
import type { FaucetModel, Problem } from './types.ts';

/** How long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** How long `apply` may wait. Without a `deadline`: 5 s, and 15 s while Faucet is reloading. */
export interface ApplyWait extends Wait {
  /**
   * Milliseconds from the call, counted instead of `deadline` as long as Faucet answers, or has answered lately and is
   * busy: a reload takes it seconds at hundreds of ports. Default: `deadline` when one is given.
   */
  readonly reloadingDeadline?: number | undefined;
}

/** What `apply` did. */
export interface ApplyResult {
  /** What Faucet did with our datapaths; `none` when the text did not change or nothing had to be sent. */
  readonly reload: 'none' | 'warm' | 'cold';
  readonly applied: true;
  /** From the call to the confirmation. */
  readonly milliseconds: number;
  /** Calls are numbered in order; Faucet has loaded a content that holds the edits of all up to this one. */
  readonly revision: number;
}

/** What is known of the file and of the Faucet that reads it; kept up to date by a file watch, never asked for. */
export interface FaucetStatus {
  /** `ok`: Faucet accepts it. `invalid`: see `problems`. `unreadable`: see `reason`. `missing`: no such file. */
  readonly file: 'ok' | 'invalid' | 'unreadable' | 'missing';
  readonly reason: string | undefined;
  /** `refused` and `kills` only. */
  readonly problems: readonly Problem[];
  /** Whether Faucet answered when it was last asked. */
  readonly reachable: boolean;
  /** Whether what Faucet last said it has loaded is the content of the file (and its includes) now. */
  readonly loaded: boolean;
  /** Last error that Faucet gave for a load. */
  readonly loadError: string | undefined;
}

/** The file read and parsed. */
export interface FaucetSnapshot {
  readonly text: string;
  /** SHA-256, hex, of the text with its line ends normalised: what Faucet reports. */
  readonly hash: string;
  readonly model: FaucetModel;
  readonly problems: readonly Problem[];
}

/** Where a Faucet configuration lives, and the way to change it. */
export interface FaucetStore {
  /** The configuration now. @throws FaucetConfigError `MISSING`, `UNREADABLE`, `SYNTAX`. */
  read(wait?: Wait): Promise<FaucetSnapshot>;
  /**
   * Writes the edits, makes Faucet reload, waits until it says that a content with these edits in it is in force. Calls
   * that come while one is under way share the next write; a bad one fails alone.
   *
   * @throws FaucetConfigError `INVALID` (an edit of ours would break the file; nothing written), `BROKEN` (the file is
   * already broken by someone's hand; nothing written), `REFUSED` (Faucet refused it; the file is as it was),
   * `UNCONFIRMED` (Faucet has not said within the deadline that it has them; the edits stay, in the file or on their way
   * to it, and `revision` says what to wait for), `UNREADABLE`, `WRITE`, `ABORTED` (what is not written by then is not
   * written at all), and what `editText` throws about the edits themselves.
   */
  apply(edits: readonly EditStep[], wait?: ApplyWait): Promise<ApplyResult>;
  /**
   * Resolves when Faucet has loaded a content that is at least this revision.
   *
   * @throws FaucetConfigError `TIMEOUT`, `ABORTED`, or why the edits of that revision did not come to stay after all:
   * `REFUSED`, `BROKEN`, `INVALID`, `WRITE`, `UNREADABLE`.
   */
  loaded(revision: number, wait?: Wait): Promise<void>;
  /** What is known without asking anybody. */
  status(): FaucetStatus;
  /** Reads the files and asks Faucet once. For what tells nobody: a Faucet that was started again, for one. */
  refresh(wait?: Wait): Promise<FaucetStatus>;
  /** A value whenever `status` or the content of the file changed, until the signal fires. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<FaucetStatus>;
  close(): Promise<void>;
}

/** Samples of Faucet's or Gauge's metrics that we read. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
