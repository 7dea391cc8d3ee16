import { FaucetConfigError } from '../error.ts';
import { isPortNumber } from '../model/port-ranges.ts';
import type { YamlValue } from '../types.ts';
import type { DpSpec, InterfaceSpec, VlanSpec } from './edit-types.ts';

/** Faucet's own keys and their new values; `null` removes the key. */
export type Wanted = readonly (readonly [key: string, value: YamlValue | null])[];

function wanted(entries: readonly (readonly [string, YamlValue | null | undefined])[]): Wanted {
  return entries.filter((entry): entry is readonly [string, YamlValue | null] => {
    return entry[1] !== undefined;
  });
}

function otherKeys(other: { readonly [key: string]: YamlValue } | undefined): Wanted {
  return Object.entries(other ?? {});
}

/** Returns the keys of an interface, in the order in which new ones are written. */
export function interfaceKeys(spec: InterfaceSpec): Wanted {
  const { coprocessor, stack } = spec;
  return [
    ...wanted([
      ['name', spec.name],
      ['description', spec.description],
      ['native_vlan', spec.nativeVlan],
      ['tagged_vlans', spec.taggedVlans],
      ['acls_in', spec.aclsIn],
      ['mirror', spec.mirror],
      ['output_only', spec.outputOnly],
      ['opstatus_reconf', spec.opstatusReconf],
      ['coprocessor', coprocessor ? coprocessorValue(coprocessor) : coprocessor],
      ['stack', stack ? { dp: stack.dp, port: stack.port } : stack],
    ]),
    ...otherKeys(spec.other),
  ];
}

function coprocessorValue(spec: { strategy: string; vlanVidBase?: number | undefined }): YamlValue {
  return spec.vlanVidBase === undefined
    ? { strategy: spec.strategy }
    : { strategy: spec.strategy, vlan_vid_base: spec.vlanVidBase };
}

/** Returns the keys of a datapath, in the order in which new ones are written. */
export function dpKeys(spec: DpSpec): Wanted {
  return [
    ...wanted([
      ['dp_id', spec.dpId],
      ['hardware', spec.hardware],
      ['description', spec.description],
    ]),
    ...otherKeys(spec.other),
  ];
}

/** Returns the keys of a VLAN, in the order in which new ones are written. */
export function vlanKeys(spec: VlanSpec): Wanted {
  return [
    ...wanted([
      ['vid', spec.vid],
      ['description', spec.description],
      ['acls_in', spec.aclsIn],
      ['acls_out', spec.aclsOut],
    ]),
    ...otherKeys(spec.other),
  ];
}

/** Checks a port number. @throws FaucetConfigError `BAD_VALUE` if Faucet does not accept it. */
export function requirePort(dp: string, port: number): void {
  if (isPortNumber(port)) return;
  const message = `${port} is not a port number: 1 to 4026531840, or 4294967294 for the bridge's own port`;
  throw new FaucetConfigError('BAD_VALUE', message, {
    path: ['dps', dp, 'interfaces', String(port)],
  });
}
