import type { EditStep } from '../edit/edit-types.ts';
import type { FaucetModel, Problem, Wait } from '../types.ts';

/** Limits how long `apply` may wait. The default for `deadline` is 5 s, and 15 s while Faucet is reloading. */
export interface ApplyWait extends Wait {
  /**
   * Replaces `deadline` while Faucet answers, or answered recently and is now busy. In milliseconds from the call. A
   * reload takes Faucet seconds with hundreds of ports. Default: `deadline`, if given.
   */
  readonly reloadingDeadline?: number | undefined;
  /**
   * Whether to write content even if Faucet has refused it before. By default, such a call is rejected at once with
   * Faucet's earlier error, until someone else changes the files or Faucet restarts.
   */
  readonly again?: boolean | undefined;
}

/** The result of `apply`. */
export interface ApplyResult {
  /** How Faucet reloaded our datapaths. `none` if the text did not change or the switch needed no update. */
  readonly reload: 'none' | 'warm' | 'cold';
  readonly applied: true;
  /** Time from the call to the confirmation. */
  readonly milliseconds: number;
  /**
   * Number of this call; calls are numbered in order. Faucet has loaded content that includes the edits of all calls up
   * to this one.
   */
  readonly revision: number;
  /**
   * What Faucet has accepted but handles wrongly, whether edited or not, such as a rule that no switch accepts. `wrong`
   * only.
   */
  readonly problems: readonly Problem[];
}

/** What is known about the file and the Faucet that reads it. A file watch keeps it up to date, without polling. */
export interface FaucetStatus {
  /**
   * `ok`: Faucet accepts it. `invalid`: see `reason`. `unreadable`: see `reason`. `missing`: the file does not exist.
   */
  readonly file: 'ok' | 'invalid' | 'unreadable' | 'missing';
  readonly reason: string | undefined;
  /** Problems in the file. Those that Faucet accepts but handles wrongly (`wrong`) come last. */
  readonly problems: readonly Problem[];
  /** Whether Faucet answered the last query. */
  readonly reachable: boolean;
  /** Whether the content that Faucet last reported as loaded is the current content of the file and its includes. */
  readonly loaded: boolean;
  /** The last error that Faucet reported for a load. */
  readonly loadError: string | undefined;
  /** Increases whenever someone else changes the files. Changes that `apply` wrote or rolled back do not count. */
  readonly changesByOthers: number;
  /**
   * Whether the file is as `apply` wrote it or rolled it back and Faucet has not yet confirmed or refused it. While
   * this is true, an error from Faucet is not about a change by someone else.
   */
  readonly unsettled: boolean;
}

/** The content of the file, read and parsed. */
export interface FaucetSnapshot {
  readonly text: string;
  /** SHA-256 in hex of the text with normalised line endings, which is what Faucet reports. */
  readonly hash: string;
  readonly model: FaucetModel;
  readonly problems: readonly Problem[];
}

/** Reads and changes a Faucet configuration. */
export interface FaucetStore {
  /** Returns the current configuration. @throws FaucetConfigError `MISSING`, `UNREADABLE`, `SYNTAX`. */
  read(wait?: Wait): Promise<FaucetSnapshot>;
  /**
   * Writes the edits, makes Faucet reload and waits until Faucet reports that it has loaded content that includes these
   * edits. Calls that arrive while another is in progress share the next write. An invalid call fails alone.
   *
   * @throws FaucetConfigError `INVALID` (an edit would make the file invalid; nothing was written), `BROKEN` (the file
   * is already invalid because someone else changed it; nothing was written), `REFUSED` (Faucet refused the content;
   * the file has its previous content), `UNCONFIRMED` (Faucet did not confirm the edits before the deadline; the edits
   * are kept, written or still to be written, and `revision` is what to wait for), `UNREADABLE`, `WRITE`, `ABORTED`
   * (edits that were not yet written will not be), and the errors of `editText` for the edits themselves.
   */
  apply(edits: readonly EditStep[], wait?: ApplyWait): Promise<ApplyResult>;
  /**
   * Rejects as `apply` would before it writes anything. Writes nothing itself.
   *
   * @throws FaucetConfigError `INVALID`, `BROKEN`, `UNREADABLE`, and the errors of `editText` for the edits themselves.
   */
  preview(edits: readonly EditStep[]): Promise<void>;
  /**
   * Resolves when Faucet has loaded content of this revision or a later one.
   *
   * @throws FaucetConfigError `TIMEOUT`, `ABORTED`, or the reason why the edits of that revision were not kept:
   * `REFUSED`, `BROKEN`, `INVALID`, `WRITE`, `UNREADABLE`.
   */
  loaded(revision: number, wait?: Wait): Promise<void>;
  /** Returns the known status, without reading files or querying Faucet. */
  status(): FaucetStatus;
  /**
   * Reads the files and queries Faucet once. Use it for changes that send no notification, such as a restart of Faucet.
   *
   * @throws FaucetConfigError `ABORTED`.
   */
  refresh(wait?: Wait): Promise<FaucetStatus>;
  /** Yields a value whenever `status` or the content of the file has changed, until the signal fires. */
  changes(wait: { readonly signal: AbortSignal }): AsyncIterable<FaucetStatus>;
  close(): Promise<void>;
}
