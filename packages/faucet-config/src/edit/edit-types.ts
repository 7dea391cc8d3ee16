import type { FaucetModel, Problem, SourceOptions, YamlValue } from '../types.ts';

/** The settings of an interface. An omitted key is left unchanged; `null` removes it. */
export interface InterfaceSpec {
  readonly name?: string | null | undefined;
  readonly description?: string | null | undefined;
  /** VLAN id, or the name of an entry in `vlans`. */
  readonly nativeVlan?: number | string | null | undefined;
  readonly taggedVlans?: readonly (number | string)[] | null | undefined;
  /** Names of entries in `acls`. Each is written with the type of its key, so a numeric key gives a number. */
  readonly aclsIn?: readonly string[] | null | undefined;
  /** Ports, by number or name, whose traffic is mirrored to this one. */
  readonly mirror?: readonly (number | string)[] | null | undefined;
  readonly outputOnly?: boolean | null | undefined;
  /** If false, Faucet treats the port as up and ignores changes of its state. */
  readonly opstatusReconf?: boolean | null | undefined;
  readonly coprocessor?:
    | { readonly strategy: 'vlan_vid'; readonly vlanVidBase?: number | undefined }
    | null
    | undefined;
  readonly stack?: { readonly dp: string; readonly port: number | string } | null | undefined;
  /** Any other key, under Faucet's own name (`max_hosts`, `permanent_learn`, ...). */
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/** The settings of a datapath. An omitted key is left unchanged; `null` removes it. */
export interface DpSpec {
  readonly dpId?: bigint | undefined;
  readonly hardware?: string | undefined;
  readonly description?: string | null | undefined;
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/** The settings of a VLAN. An omitted key is left unchanged; `null` removes it. */
export interface VlanSpec {
  readonly vid?: number | undefined;
  readonly description?: string | null | undefined;
  readonly aclsIn?: readonly string[] | null | undefined;
  readonly aclsOut?: readonly string[] | null | undefined;
  readonly other?: { readonly [key: string]: YamlValue } | undefined;
}

/**
 * One change to faucet.yaml, as a value. `setDp`, `setInterface` and the like create it; `editText` and `apply` run it.
 */
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
 * An argument of `apply` and `editText`: an edit, or a function that returns edits. The function receives the model
 * with all earlier edits applied. It is called each time the edits are applied to a text, so it sees changes that
 * others have made in the meantime. It must not throw.
 */
export type EditStep = Edit | ((model: FaucetModel) => readonly Edit[]);

/** A text that is parsed once, so that it can be read, checked and edited without parsing it again. */
export interface OpenedText {
  readonly text: string;
  /** Returns the model, with includes merged. @throws FaucetConfigError `SYNTAX`. */
  model(options?: SourceOptions): FaucetModel;
  /** Returns the problems of the text. */
  check(options?: SourceOptions): Problem[];
  /**
   * Applies the edits in order and returns the new text. Everything else stays the same, byte for byte. Returns `this`
   * if nothing changes.
   *
   * @throws FaucetConfigError `SYNTAX`, `UNKNOWN_DP`, `LAST_INTERFACE`, `BAD_VALUE`, `UNEDITABLE`.
   */
  edit(edits: readonly EditStep[], options?: SourceOptions): OpenedText;
}
