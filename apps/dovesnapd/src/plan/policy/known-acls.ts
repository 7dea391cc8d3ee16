import type { FaucetModel } from '@dovesnap/faucet-config';
import { DovesnapError } from '../../domain/error.ts';
import { allowAllAcl } from '../../domain/names.ts';

/** @throws DovesnapError `UNKNOWN_ACL`, and `CONFLICT` for one that is on the output of a VLAN: Faucet dies of both. */
export function checkPortAcls(model: FaucetModel, acls: readonly string[], whose: string): void {
  checkAclsExist(model, acls, whose);
  const vlan = [...model.vlans.values()].find((item) => item.aclsOut.some((a) => acls.includes(a)));
  if (vlan === undefined) return;
  const shared = vlan.aclsOut.find((acl) => acls.includes(acl));
  throw new DovesnapError(
    'CONFLICT',
    `${whose} names ACL "${shared}", which is on the output of VLAN ${vlan.vid ?? vlan.key}: Faucet crashes when an ACL is used there and on a port: copy it under another name`,
  );
}

/** @throws DovesnapError `UNKNOWN_ACL` when one of them is not in faucet.yaml. */
export function checkAclsExist(model: FaucetModel, acls: readonly string[], whose: string): void {
  const missing = acls.find((acl) => acl !== allowAllAcl && !model.acls.has(acl));
  if (missing === undefined) return;
  const known = [...model.acls.keys()].filter((name) => name !== allowAllAcl).sort();
  const list = known.length === 0 ? 'it defines none' : `it defines ${known.join(', ')}`;
  throw new DovesnapError(
    'UNKNOWN_ACL',
    `${whose} names ACL "${missing}", which is not in ${model.files[0] ?? 'faucet.yaml'} (${list})`,
  );
}
