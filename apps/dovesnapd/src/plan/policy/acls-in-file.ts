import type { ReplacedAcls } from '../../domain/network-feature.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';

type Featured = Pick<NetworkSpec, 'features'>;

/** How the ACLs of a network's containers are replaced; undefined if they are not. One feature does it at most. */
export function replacedAcls({ features }: Featured): ReplacedAcls | undefined {
  return features.find(({ acls }) => acls !== undefined)?.acls;
}

/** The ACLs that faucet.yaml has on a container's port for these of its policy. */
export function aclsInFile(spec: Featured, acls: readonly string[]): readonly string[] {
  return replacedAcls(spec)?.inFile(acls) ?? acls;
}

/** The ACLs of the policy that faucet.yaml has these for: {@link aclsInFile} the other way. */
export function aclsOfPolicy(spec: Featured, aclsIn: readonly string[]): readonly string[] {
  return replacedAcls(spec)?.ofPolicy(aclsIn) ?? aclsIn;
}
