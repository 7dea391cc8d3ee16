import type { YamlValue } from '../types.ts';
import type { DpSpec, Edit, InterfaceSpec, VlanSpec } from './edit-types.ts';

/** Sets the given keys of a datapath. Creates the datapath if it is missing. */
export function setDp(dp: string, spec: DpSpec): Edit {
  return { kind: 'set-dp', dp, spec };
}

/** Removes a datapath, and the stack links and tunnel ACLs that refer to it. */
export function removeDp(dp: string): Edit {
  return { kind: 'remove-dp', dp };
}

/** Sets the given keys of the interface with this port number. Creates the interface if it is missing. */
export function setInterface(dp: string, port: number, spec: InterfaceSpec): Edit {
  return { kind: 'set-interface', dp, port, spec };
}

/**
 * Removes an interface, and the mirror entries, stack links and tunnel ACLs that refer to it. With `keyed`, removes
 * only the entry whose key is the number itself, as {@link setInterface} creates it, whatever other entry has that port
 * number.
 */
export function removeInterface(
  dp: string,
  port: number,
  options: { readonly keyed?: boolean | undefined } = {},
): Edit {
  return { kind: 'remove-interface', dp, port, ...options };
}

/** Sets defaults for a range of ports. The range is written as in Faucet: `"1-4,7"`. */
export function setInterfaceRange(dp: string, ports: string, spec: InterfaceSpec): Edit {
  return { kind: 'set-interface-range', dp, ports, spec };
}

/** Removes the entry of `interface_ranges` with exactly this key. */
export function removeInterfaceRange(dp: string, ports: string): Edit {
  return { kind: 'remove-interface-range', dp, ports };
}

/**
 * Sets the given keys of a VLAN, by VID or name. Creates the VLAN if it is missing; a new VLAN with a name needs `vid`.
 */
export function setVlan(vlan: number | string, spec: VlanSpec): Edit {
  return { kind: 'set-vlan', vlan, spec };
}

/** Removes the entry of `vlans` with this key. */
export function removeVlan(vlan: number | string): Edit {
  return { kind: 'remove-vlan', vlan };
}

/** Creates an ACL or replaces its rules. The order of the rules is kept: the first rule that matches decides. */
export function setAcl(acl: string, rules: readonly { readonly [key: string]: YamlValue }[]): Edit {
  return { kind: 'set-acl', acl, rules };
}

/** Removes an ACL. Ports and VLANs that name it are left unchanged; `checkConfig` reports them. */
export function removeAcl(acl: string): Edit {
  return { kind: 'remove-acl', acl };
}
