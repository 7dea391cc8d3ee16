import type { FaucetModel } from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import type { Drift } from '../../domain/drift.ts';
import { usesLocalPort } from '../../domain/host-ports.ts';
import { allowAllAcl } from '../../domain/names.ts';
import type { NetworkRecord } from '../../domain/network-record.ts';
import { allowAllRules, rulesText } from '../policy/allow-all.ts';
import { driftFrom, interfaceOf } from '../policy/interface-policy.ts';
import { aclsInFile } from '../policy/policy-acls.ts';
import { claimOf } from './claimed-numbers.ts';
import { isGatewayTwice, localOwner, planGatewayInterface } from './gateway-interface.ts';
import { vlanOutDrift } from './vlan-out-acls.ts';

/**
 * The interfaces of a network that somebody else has changed or removed in faucet.yaml, so that their policy is weaker or
 * broken. Ports that are being written about at the moment are closed and looked at when they are to open.
 *
 * @param hasBegun Whether what is written of the network as a whole has been right before: until then nobody can have
 * changed it.
 */
export function findDrift(
  network: AttachedNetwork,
  model: FaucetModel,
  hasBegun: boolean,
): Drift[] {
  const own = [...network.ports.values()].filter(isAtRest);
  const ports = own.flatMap((port) => {
    if (claimOf(network, port, model) !== undefined) return [];
    const what = portDrift(network, port, model);
    return what === undefined ? [] : [{ port, what: `interface ${port.ofPort} ${what}` }];
  });
  const gateway = gatewayDrift(network, model);
  const hasGateway = hasBegun && network.record.gatewayBefore !== undefined;
  const shared = [
    ...(gateway === undefined || !hasGateway
      ? []
      : [`the ${localOwner(network.spec)}'s interface ${gateway}`]),
    ...network.spec.features.flatMap((feature) => feature.drift?.(network, model) ?? []),
  ].map((what) => ({ port: undefined, what }));
  return [...ports, ...shared, ...ownAclDrift(network.record, model)];
}

/** The ACL that is ours and lets everything through: without it Faucet refuses the file of whoever took it away. */
function ownAclDrift(record: NetworkRecord, model: FaucetModel): Drift[] {
  const interfaces = model.dps.get(record.name ?? '')?.interfaces ?? [];
  const isUsed = interfaces.some(({ aclsIn }) => aclsIn.includes(allowAllAcl));
  const found = model.acls.get(allowAllAcl);
  if (!isUsed || (found !== undefined && rulesText(found.rules) === rulesText(allowAllRules))) {
    return [];
  }
  const how = found === undefined ? 'is not there' : 'has other rules';
  return [{ port: undefined, what: `ACL ${allowAllAcl} ${how}` }];
}

/** What faucet.yaml says of a port otherwise than we write it; undefined when it is as we write it. */
export function portDrift(
  network: AttachedNetwork,
  port: Port,
  model: FaucetModel,
): string | undefined {
  const found = interfaceOf(network.record, port.ofPort, model);
  return (
    driftFrom(network.spec, aclsInFile(network, port), found) ??
    featureDrift(network, port, model) ??
    vlanOutDrift(network, model)
  );
}

function featureDrift(
  network: AttachedNetwork,
  port: Port,
  model: FaucetModel,
): string | undefined {
  return network.spec.features.flatMap(
    (feature) => feature.portDrift?.(network, port, model) ?? [],
  )[0];
}

/** What faucet.yaml says of a bridge's local port otherwise than wanted; undefined when it is as wanted. */
export function gatewayDrift(network: AttachedNetwork, model: FaucetModel): string | undefined {
  if (!usesLocalPort(network.spec)) return undefined;
  const { drift } = planGatewayInterface(network, model);
  if (drift !== undefined && isGatewayTwice(network, model)) {
    return 'has its ACLs twice, as while it is put right';
  }
  return drift ?? vlanOutDrift(network, model);
}

/** A port that was open before this daemon runs is as open as any, though its flows have not been seen. */
function isAtRest({ phase, flows }: Port): boolean {
  return phase === 'open' || (phase === 'free' && flows === 'seen');
}
