import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { interfaceOf } from './interface-policy.ts';
import { overhears } from './interface-roles.ts';
import { metersOf } from './meters.ts';

/**
 * Whether two contents of faucet.yaml say the same of what one port lets through: of its interface, whatever that is
 * described as, of its ACLs, its VLAN, its datapath, and of who overhears it.
 */
export function samePolicy(
  network: Pick<AttachedNetwork, 'spec' | 'record'>,
  ofPort: number,
  one: FaucetModel,
  other: FaucetModel,
): boolean {
  const before = policyText(network, ofPort, one);
  return before !== undefined && (one === other || before === policyText(network, ofPort, other));
}

function policyText(
  network: Pick<AttachedNetwork, 'spec' | 'record'>,
  ofPort: number,
  model: FaucetModel,
): string | undefined {
  const dp = model.dps.get(network.record.name ?? '');
  const found = interfaceOf(network.record, ofPort, model);
  if (dp === undefined || found === undefined) return undefined;
  const { description: _, ...keys } = found.raw;
  const names = [ofPort, found.key, found.name];
  const policy = {
    keys,
    datapath: dp.raw,
    acls: found.aclsIn.map((name) => model.acls.get(name) ?? name),
    meters: metersOf(model, found.aclsIn),
    vlans: [...model.vlans.values()].filter(({ vid }) => vid === network.spec.vlan),
    overhearing: dp.interfaces.filter((item) => overhears(item, names)),
  };
  return JSON.stringify(policy, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
