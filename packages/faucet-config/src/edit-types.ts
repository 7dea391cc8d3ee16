import type { FaucetModel, Problem, SourceOptions, YamlValue } from './types.ts';

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
