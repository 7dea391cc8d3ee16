import type { FaucetModel } from '@dovesnap/faucet-config';
import { type AttachedNetwork, type Port, usesLocalPort } from '../../domain/attached-network.ts';
import { allowAllAcl } from '../../domain/names.ts';
import { mirroringDrift, mirrorLinkDrift } from '../mirror/mirror-link.ts';
import { driftFrom, interfaceOf } from '../policy/interface-policy.ts';
import { aclsInFile, allowAllRules, rulesText } from '../policy/isolation.ts';
import { claimOf } from './claimed-numbers.ts';
import { localOwner, planGatewayInterface } from './gateway-interface.ts';
import { vlanOutDrift } from './vlan-out.ts';

/** What faucet.yaml says otherwise than we wrote it. */
export interface Drift {
  /** undefined: the bridge's local port, its link to the mirror, or our own ACL. */
  readonly port: Port | undefined;
  /** One sentence without a full stop. */
  readonly what: string;
}

/**
 * The interfaces of a network that somebody else has changed or removed in faucet.yaml, so that their policy is weaker or
 * broken. Ports that are being written about at the moment are closed and looked at when they are to open.
 */
export function findDrift(network: AttachedNetwork, model: FaucetModel): Drift[] {
  const own = [...network.ports.values()].filter(isAtRest);
  const ports = own.flatMap((port) => {
    if (claimOf(network, port, model) !== undefined) return [];
    const what = portDrift(network, port, model);
    return what === undefined ? [] : [{ port, what: `interface ${port.ofPort} ${what}` }];
  });
  const gateway = gatewayDrift(network, model);
  const link = network.mirrorSeen ? mirrorLinkDrift(network, model) : undefined;
  // Before anything is written about them there is nothing that anybody could have changed.
  const hasGateway = network.gatewayBefore !== undefined;
  const shared = [
    ...(gateway === undefined || !hasGateway
      ? []
      : [`the ${localOwner(network)}'s interface ${gateway}`]),
    ...(link === undefined ? [] : [`the mirror's interface ${network.mirrorPort} ${link}`]),
  ].map((what) => ({ port: undefined, what }));
  return [...ports, ...shared, ...ownAclDrift(network, model)];
}

/** The ACL that is ours and lets everything through: without it Faucet refuses the file of whoever took it away. */
function ownAclDrift(network: AttachedNetwork, model: FaucetModel): Drift[] {
  const interfaces = model.dps.get(network.name ?? '')?.interfaces ?? [];
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
  const found = interfaceOf(network, port.ofPort, model);
  return (
    driftFrom(network, aclsInFile(network, port.acls), found) ??
    mirroringDrift(network, port, model) ??
    vlanOutDrift(network, model)
  );
}

/** What faucet.yaml says of a bridge's local port otherwise than wanted; undefined when it is as wanted. */
export function gatewayDrift(network: AttachedNetwork, model: FaucetModel): string | undefined {
  if (!usesLocalPort(network.spec)) return undefined;
  return planGatewayInterface(network, model).drift ?? vlanOutDrift(network, model);
}

/** A port that was open before this daemon runs is `warming` until its flows are seen, and as open as any. */
function isAtRest({ phase, endpoint }: Port): boolean {
  if (endpoint === undefined) return phase === 'ready';
  return endpoint.phase === 'open' && (phase === 'ready' || phase === 'warming');
}
