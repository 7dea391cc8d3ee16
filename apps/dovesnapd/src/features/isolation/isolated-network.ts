import type { NetworkFeature } from '../../domain/network-feature.ts';
import {
  aclsBehind,
  isolatedAclEdits,
  isolatedAclNames,
  isolatedAclRules,
  isolationRefusal,
  staleIsolatedAcls,
} from './isolated-acls.ts';

/** What isolation does to a network whose containers are kept apart: it derives their ACLs from the operator's. */
export function isolatedNetwork(networkId: string): NetworkFeature {
  return {
    name: 'isolation',
    acls: {
      inFile: (acls) => isolatedAclNames(networkId, acls),
      ofPolicy: (aclsIn) => aclsBehind(networkId, aclsIn),
      rules: isolatedAclRules,
      refusal: isolationRefusal,
    },
    edits: isolatedAclEdits,
    removalEdits: isolatedAclEdits,
    isWritten: (network, model) => staleIsolatedAcls(network, model).size === 0,
  };
}
