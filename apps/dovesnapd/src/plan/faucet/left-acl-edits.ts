import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { interfaceOf } from '../policy/interface-policy.ts';
import { sameAcls } from '../policy/same-acls.ts';
import { claimOf } from './claimed-numbers.ts';
import { portAclEdits } from './faucet-edits.ts';

/**
 * Free ports that name an ACL which a label asked for and no open port has any more. Faucet refuses a file that names an
 * ACL without defining it, so whoever deletes such an ACL would be refused because of a port that nobody uses. While an
 * open port has it too, a free one may keep it: the next container with that label starts without a reload.
 */
export function portsWithLeftAcls(network: AttachedNetwork, byDefault: readonly string[]): Port[] {
  const ports = [...network.ports.values()];
  const inUse = new Set(ports.flatMap(({ phase, acls }) => (phase === 'open' ? acls : [])));
  return ports.filter(
    ({ phase, acls }) =>
      (phase === 'free' || phase === 'dirty') &&
      !sameAcls(acls, byDefault) &&
      !acls.every((acl) => inUse.has(acl)),
  );
}

/** The edits that put free ports under the ACLs that they carry now; nothing about ports that the file does not have. */
export function leftAclEdits(
  network: AttachedNetwork,
  ports: readonly Port[],
  model: FaucetModel,
): EditStep[] {
  const dp = network.record.name ?? '';
  if (model.dps.get(dp)?.dpId !== network.spec.dpid) return [];
  return ports
    .filter(
      (port) =>
        interfaceOf(network.record, port.ofPort, model) !== undefined &&
        claimOf(network, port, model) === undefined,
    )
    .flatMap((port) => portAclEdits(network, dp, port, port));
}
