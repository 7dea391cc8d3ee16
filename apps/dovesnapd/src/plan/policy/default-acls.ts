import { aclsFor } from '../../domain/acl-choice.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { allowAllAcl } from '../../domain/names.ts';

/** The ACLs of a container's port that carries no label. */
export function defaultAcls(network: AttachedNetwork): readonly string[] {
  return aclsFor(network.spec.defaultAcl, network.record.name ?? '') ?? [allowAllAcl];
}
