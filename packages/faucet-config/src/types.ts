import type { ProblemCode } from './problem-code.ts';

/** A value as YAML knows it; integers beyond 2^53 as bigint. */
export type YamlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

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
