import type { ProblemCode } from './problem-code.ts';

/** How long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}

/** A value as YAML knows it; integers beyond 2^53 as bigint. */
export type YamlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** What can be set on an interface. A key left out is not touched; `null` takes it away. */
export interface InterfaceSpec {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** VLAN id, or name of an entry in `vlans`. */
  readonly nativeVlan?: number | string | null | undefined;
  readonly taggedVlans?: readonly (number | string)[] | null | undefined;
  readonly aclsIn?: readonly string[] | null | undefined;
  /** Ports (number or name) whose traffic is copied to this one. */
  readonly mirror?: readonly (number | string)[] | null | undefined;
  readonly outputOnly?: boolean | null | undefined;
  /** false: Faucet takes the port as up and ignores its ups and downs. */
  readonly opstatusReconf?: boolean | null | undefined;
  readonly coprocessor?:
    | { readonly strategy: 'vlan_vid'; readonly vlanVidBase?: number | undefined }
    | null
    | undefined;
  readonly stack?: { readonly dp: string; readonly port: number | string } | null | undefined;
  /** Any other key of Faucet's, by its own name (`max_hosts`, `permanent_learn`, ...). */
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/** What can be set on a datapath. A key left out is not touched; `null` takes it away. */
export interface DpSpec {
  readonly dpId?: bigint | undefined;
  readonly hardware?: string | undefined;
  readonly description?: string | null | undefined;
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/** What can be set on a VLAN. A key left out is not touched; `null` takes it away. */
export interface VlanSpec {
  readonly vid?: number | undefined;
  readonly description?: string | null | undefined;
  readonly aclsIn?: readonly string[] | null | undefined;
  readonly aclsOut?: readonly string[] | null | undefined;
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/** One change of faucet.yaml, as a value. Made by `setDp`, `setInterface`, ...; run by `editText` and `apply`. */
export type Edit =
  | { readonly kind: 'set-dp'; readonly dp: string; readonly spec: DpSpec }
  | { readonly kind: 'remove-dp'; readonly dp: string }
  | {
      readonly kind: 'set-interface';
      readonly dp: string;
      readonly port: number;
      readonly spec: InterfaceSpec;
    }
  | {
      readonly kind: 'remove-interface';
      readonly dp: string;
      readonly port: number;
      readonly keyed?: boolean | undefined;
    }
  | {
      readonly kind: 'set-interface-range';
      readonly dp: string;
      readonly ports: string;
      readonly spec: InterfaceSpec;
    }
  | { readonly kind: 'remove-interface-range'; readonly dp: string; readonly ports: string }
  | { readonly kind: 'set-vlan'; readonly vlan: number | string; readonly spec: VlanSpec }
  | { readonly kind: 'remove-vlan'; readonly vlan: number | string }
  | {
      readonly kind: 'set-acl';
      readonly acl: string;
      readonly rules: readonly { readonly [key: string]: YamlValue }[];
    }
  | { readonly kind: 'remove-acl'; readonly acl: string };

/**
 * What `apply` and `editText` take: an edit, or a function that makes edits out of what the file says once the edits before it are in
 * it. It is called whenever the edits go into a text, so it sees what others have written meanwhile; it must not throw.
 */
export type EditStep = Edit | ((model: FaucetModel) => readonly Edit[]);

/** One interface as the file says it. */
export interface InterfaceModel {
  /** Port number in force: `number` when given, else the key. Undefined when neither is a number. */
  readonly number: number | undefined;
  /** Key under `interfaces` as written; the number of one that only a range makes. */
  readonly key: string;
  /** Key of the entry of `interface_ranges` that covers its number; undefined when none does. */
  readonly range: string | undefined;
  readonly name: string;
  readonly description: string | undefined;
  readonly nativeVlan: number | string | undefined;
  readonly taggedVlans: readonly (number | string)[];
  readonly aclsIn: readonly string[];
  readonly mirror: readonly (number | string)[];
  readonly outputOnly: boolean;
  /** Default true. */
  readonly opstatusReconf: boolean;
  readonly coprocessor: boolean;
  readonly stack: { readonly dp: string; readonly port: number | string } | undefined;
  /** All keys as written, by Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** One datapath as the file says it, interface ranges expanded. */
export interface DpModel {
  readonly name: string;
  readonly dpId: bigint | undefined;
  readonly interfaces: readonly InterfaceModel[];
  /** All keys as written, without the interfaces. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** One rule of an ACL. */
export interface AclRuleModel {
  /** Everything but actions, cookie and description. */
  readonly match: { readonly [key: string]: YamlValue };
  /** `allow`: only `allow: 1`; `deny`: drops and does nothing else; `other`: anything more. */
  readonly verdict: 'allow' | 'deny' | 'other';
  readonly raw: { readonly [key: string]: YamlValue };
}

/** One ACL as the file says it. */
export interface AclModel {
  readonly name: string;
  /** All its flows have one priority: Faucet's option for switches with exact-match tables. */
  readonly exactMatch: boolean;
  readonly rules: readonly AclRuleModel[];
}

/** One VLAN that is listed under `vlans`. */
export interface VlanModel {
  readonly key: string;
  readonly vid: number | undefined;
  readonly description: string | undefined;
  readonly aclsIn: readonly string[];
  readonly aclsOut: readonly string[];
  /** All keys as written, by Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** One meter that is listed under `meters`. */
export interface MeterModel {
  readonly name: string;
  /** Its number in the switch; undefined when it has none that Faucet takes. */
  readonly meterId: number | undefined;
  /** All keys as written, by Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** A whole configuration, includes merged as Faucet merges them. */
export interface FaucetModel {
  readonly dps: ReadonlyMap<string, DpModel>;
  readonly acls: ReadonlyMap<string, AclModel>;
  readonly vlans: ReadonlyMap<string, VlanModel>;
  readonly meters: ReadonlyMap<string, MeterModel>;
  /** Files it came from; the main one first. */
  readonly files: readonly string[];
}

/** Gives the content of an included file, or undefined when there is none to read. */
export type ReadInclude = (path: string) => string | undefined;

/** Where a text comes from, for messages and includes. */
export interface SourceOptions {
  /** Path of the file the text is from; includes are relative to it. */
  readonly path?: string | undefined;
  /** Without it includes are not followed, and what they may define is not reported as missing. */
  readonly readFile?: ReadInclude | undefined;
}

/** A text taken apart once, to be read, checked and edited without parsing it again. */
export interface OpenedText {
  readonly text: string;
  /** What it says, includes merged. @throws FaucetConfigError `SYNTAX`. */
  model(options?: SourceOptions): FaucetModel;
  /** What is wrong with it. */
  check(options?: SourceOptions): Problem[];
  /**
   * The text with the edits in it, in order, everything else byte for byte as it was; `this` when nothing changes.
   *
   * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
   */
  edit(edits: readonly EditStep[], options?: SourceOptions): OpenedText;
}

/** One flow of Faucet's port ACL table, for one port. */
export interface AclFlow {
  readonly priority: number;
  readonly verdict: 'allow' | 'deny' | 'other';
  /**
   * Terms as `ovs-ofctl dump-flows` prints them, sorted, without `in_port`, e.g. `['tcp', 'tp_dst=25']`. Undefined when it
   * is not known how the switch prints them.
   */
  readonly match: readonly string[] | undefined;
  /**
   * What it does as `ovs-ofctl dump-flows` prints it, in order, e.g. `['meter:1', 'goto_table:1']`. Only where the verdict is
   * `other`; undefined when it is not known how the switch prints it.
   */
  readonly actions?: readonly string[] | undefined;
}

/** How bad a problem is: `refused` by Faucet, `kills` it, or accepted and `wrong`. */
export type ProblemSeverity = 'refused' | 'kills' | 'wrong';

/** One thing that is wrong in a configuration. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  /** One sentence: what, where, what is accepted or what will go wrong. */
  readonly message: string;
  /** File it is in; undefined for a text that was given without a name. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** e.g. `['dps', 'net1', 'interfaces', '7', 'acls_in']`. */
  readonly path: readonly string[];
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
