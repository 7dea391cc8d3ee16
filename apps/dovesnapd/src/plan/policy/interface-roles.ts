import type { InterfaceModel, InterfaceSpec } from '@dovesnap/faucet-config';

/** Keys of an interface for what it is instead of a member of a VLAN, in Faucet's words. */
export const otherRoles = ['mirror', 'output_only', 'coprocessor', 'stack'];

/** What takes {@link otherRoles} away from an interface. */
export const noOtherRole = {
  mirror: null,
  outputOnly: null,
  coprocessor: null,
  stack: null,
} as const satisfies InterfaceSpec;

/** Whether an interface is something else than a member of a VLAN. */
export function hasOtherRole({ outputOnly, coprocessor, stack, mirror }: InterfaceModel): boolean {
  return outputOnly || coprocessor || stack !== undefined || mirror.length > 0;
}

/** Whether what is written of an interface gives it a role, which Faucet asks for of one at least. */
export function hasRole(raw: InterfaceModel['raw']): boolean {
  const roles = ['native_vlan', 'tagged_vlans', ...otherRoles];
  return roles.some((key) => raw[key] !== undefined && raw[key] !== null);
}

/** Whether an interface gets copies of what crosses one that goes by any of these names. */
export function overhears(
  { mirror }: Pick<InterfaceModel, 'mirror'>,
  names: readonly (number | string | undefined)[],
): boolean {
  return mirror.some((port) => names.includes(port));
}
