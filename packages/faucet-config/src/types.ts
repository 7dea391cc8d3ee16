import type { ProblemCode } from './problem-code.ts';

/** A YAML value. Integers beyond 2^53 are bigint. */
export type YamlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/** An interface as written in the file. */
export interface InterfaceModel {
  /** Effective port number: `number` if given, otherwise the key. Undefined if neither is a number. */
  readonly number: number | undefined;
  /** Key under `interfaces`, as written. For an interface that only a range defines, its number. */
  readonly key: string;
  /** Key of the entry in `interface_ranges` that covers the number. Undefined if there is none. */
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
  /** All keys as written, under Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** A datapath as written in the file, with interface ranges expanded. */
export interface DpModel {
  readonly name: string;
  readonly dpId: bigint | undefined;
  readonly interfaces: readonly InterfaceModel[];
  /** All keys as written, without the interfaces. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** A rule of an ACL. */
export interface AclRuleModel {
  /** Everything except actions, cookie and description. */
  readonly match: { readonly [key: string]: YamlValue };
  /** `allow`: only `allow: 1`. `deny`: drops and does nothing else. `other`: anything else. */
  readonly verdict: 'allow' | 'deny' | 'other';
  readonly raw: { readonly [key: string]: YamlValue };
}

/** An ACL as written in the file. */
export interface AclModel {
  readonly name: string;
  /** Whether all its flows have the same priority, which is Faucet's option for switches with exact-match tables. */
  readonly exactMatch: boolean;
  readonly rules: readonly AclRuleModel[];
}

/** An entry of `vlans`. */
export interface VlanModel {
  readonly key: string;
  readonly vid: number | undefined;
  readonly description: string | undefined;
  readonly aclsIn: readonly string[];
  readonly aclsOut: readonly string[];
  /** All keys as written, under Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** An entry of `meters`. */
export interface MeterModel {
  readonly name: string;
  /** Number of the meter in the switch. Undefined if it is missing or not accepted by Faucet. */
  readonly meterId: number | undefined;
  /** All keys as written, under Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** An entry of `routers`. */
export interface RouterModel {
  readonly name: string;
  /** The VLANs that it routes between, by number or name, including the VLAN of its BGP speaker. */
  readonly vlans: readonly (number | string)[];
  /** All keys as written, under Faucet's own names. */
  readonly raw: { readonly [key: string]: YamlValue };
}

/** A whole configuration, with includes merged as Faucet merges them. */
export interface FaucetModel {
  readonly dps: ReadonlyMap<string, DpModel>;
  readonly acls: ReadonlyMap<string, AclModel>;
  readonly vlans: ReadonlyMap<string, VlanModel>;
  readonly meters: ReadonlyMap<string, MeterModel>;
  readonly routers: ReadonlyMap<string, RouterModel>;
  /** Files that the configuration was read from, the main file first. */
  readonly files: readonly string[];
}

/** Returns the content of an included file, or undefined if it cannot be read. */
export type ReadInclude = (path: string) => string | undefined;

/** Where a text comes from, for messages and for includes. */
export interface SourceOptions {
  /** Path of the file that contains the text. Includes are relative to it. */
  readonly path?: string | undefined;
  /** Without it, includes are not followed, and names that they could define are not reported as missing. */
  readonly readFile?: ReadInclude | undefined;
}

/** A flow in Faucet's port ACL table, for one port. */
export interface AclFlow {
  readonly priority: number;
  readonly verdict: 'allow' | 'deny' | 'other';
  /**
   * Match terms as `ovs-ofctl dump-flows` prints them, sorted, without `in_port`, e.g. `['tcp', 'tp_dst=25']`.
   * Undefined if it is not known how the switch prints them.
   */
  readonly match: readonly string[] | undefined;
  /**
   * Actions as `ovs-ofctl dump-flows` prints them, in order, e.g. `['meter:1', 'goto_table:1']`. Set only if the
   * verdict is `other`. Undefined if it is not known how the switch prints them.
   */
  readonly actions?: readonly string[] | undefined;
}

/**
 * How severe a problem is: Faucet refuses the file (`refused`), crashes on it (`kills`), or accepts it but handles it
 * wrongly (`wrong`).
 */
export type ProblemSeverity = 'refused' | 'kills' | 'wrong';

/** A problem in a configuration. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  /** One sentence: what is wrong, where, and what is accepted or what will happen. */
  readonly message: string;
  /** File with the problem. Undefined for a text that was passed without a path. */
  readonly file: string | undefined;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Keys that lead to the place, e.g. `['dps', 'net1', 'interfaces', '7', 'acls_in']`. */
  readonly path: readonly string[];
}

/** Limits how long a call may wait. `deadline` is in milliseconds from the call. */
export interface Wait {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
}
