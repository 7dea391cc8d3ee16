import type { FaucetModel, InterfaceModel, InterfaceSpec } from '@dovesnap/faucet-config';
import type { NetworkRecord } from '../../domain/network-record.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { noOtherRole, otherRoles } from './interface-roles.ts';
import { sameAcls } from './same-acls.ts';

/** What faucet.yaml says of a network's interface of this number. */
export function interfaceOf(
  record: Pick<NetworkRecord, 'name'>,
  number: number,
  model: FaucetModel,
): InterfaceModel | undefined {
  const dp = model.dps.get(record.name ?? '');
  return dp?.interfaces.find((item) => item.number === number);
}

/** What faucet.yaml says of whom an interface lets through; what would let through more is taken away. */
export function interfacePolicy(
  spec: NetworkSpec,
  acls: readonly string[],
): InterfaceSpec & { readonly aclsIn: readonly string[] } {
  return {
    nativeVlan: spec.vlan,
    aclsIn: acls,
    opstatusReconf: false,
    taggedVlans: null,
    ...noOtherRole,
    other: { acl_in: null },
  };
}

/** Keys that let through more than the ACLs and the VLAN of an interface say. */
const openingKeys = ['acl_in', 'tagged_vlans', ...otherRoles];

/** What an interface says otherwise than {@link interfacePolicy}; undefined when it is as we write it. */
export function driftFrom(
  spec: NetworkSpec,
  acls: readonly string[],
  found: InterfaceModel | undefined,
): string | undefined {
  if (found === undefined) return 'is not there';
  if (!sameAcls(found.aclsIn, acls)) {
    return `has acls_in [${found.aclsIn.join(', ')}] instead of [${acls.join(', ')}]`;
  }
  if (found.nativeVlan !== spec.vlan) {
    const has =
      found.nativeVlan === undefined ? 'no native_vlan' : `native_vlan ${found.nativeVlan}`;
    return `has ${has} instead of ${spec.vlan}`;
  }
  if (found.opstatusReconf) return 'has no opstatus_reconf: false';
  const added = openingKeys.find((key) => found.raw[key] !== undefined);
  return added === undefined ? undefined : `has ${added}`;
}
