import type { DpSpec, Edit, InterfaceSpec, VlanSpec } from './edit-types.ts';
import type { YamlValue } from './types.ts';

/** Makes a datapath if there is none of that name, and sets what the spec names. */
export function setDp(dp: string, spec: DpSpec): Edit {
  return { kind: 'set-dp', dp, spec };
}

/** Takes a datapath away, and with it stack links and tunnel ACLs that point at it. */
export function removeDp(dp: string): Edit {
  return { kind: 'remove-dp', dp };
}

/** Makes an interface if the datapath has none with that port number, and sets what the spec names. */
export function setInterface(dp: string, port: number, spec: InterfaceSpec): Edit {
  return { kind: 'set-interface', dp, port, spec };
}

/**
 * Takes an interface away, and with it mirror entries, stack links and tunnel ACLs that point at it. `keyed`: only an
 * entry whose key is the number itself, as {@link setInterface} makes it, whatever else has that number.
 */
export function removeInterface(
  dp: string,
  port: number,
  options: { readonly keyed?: boolean | undefined } = {},
): Edit {
  return { kind: 'remove-interface', dp, port, ...options };
}

/** Sets defaults for a range of ports, written as Faucet writes them: `"1-4,7"`. */
export function setInterfaceRange(dp: string, ports: string, spec: InterfaceSpec): Edit {
  return { kind: 'set-interface-range', dp, ports, spec };
}

/** Takes the entry of `interface_ranges` with exactly this key away. */
export function removeInterfaceRange(dp: string, ports: string): Edit {
  return { kind: 'remove-interface-range', dp, ports };
}

/** Makes a VLAN entry (by VID or by name; a name needs `vid`) and sets what the spec names. */
export function setVlan(vlan: number | string, spec: VlanSpec): Edit {
  return { kind: 'set-vlan', vlan, spec };
}

/** Takes the entry of `vlans` with this key away. */
export function removeVlan(vlan: number | string): Edit {
  return { kind: 'remove-vlan', vlan };
}

/** Makes an ACL, or replaces its rules, in the order given: the first rule that matches decides. */
export function setAcl(acl: string, rules: readonly { readonly [key: string]: YamlValue }[]): Edit {
  return { kind: 'set-acl', acl, rules };
}

/** Takes an ACL away; ports and VLANs that name it keep doing so, which `checkConfig` reports. */
export function removeAcl(acl: string): Edit {
  return { kind: 'remove-acl', acl };
}
