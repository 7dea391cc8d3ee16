import type { FaucetModel, InterfaceModel } from '@dovesnap/faucet-config';
import { aclsFor } from '../domain/acl-choice.ts';
import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { allowAllAcl, localOfPort } from '../domain/names.ts';
import { aclsInFile } from './isolation.ts';
import { sameAcls } from './same-acls.ts';
import { vlanOutDrift } from './vlan-out.ts';

/** What faucet.yaml says otherwise than we wrote it. */
export interface Drift {
  /** undefined: the network's gateway. */
  readonly port: Port | undefined;
  /** One sentence without a full stop. */
  readonly what: string;
}

/**
 * The interfaces of a network that somebody else has changed or removed in faucet.yaml, so that their policy is weaker or
 * broken. Ports that are being written about at the moment are closed and looked at when they are to open.
 */
export function findDrift(network: AttachedNetwork, model: FaucetModel): Drift[] {
  const dp = model.dps.get(network.name ?? '');
  const ports = [...network.ports.values()].filter(isAtRest).flatMap((port) => {
    const what = portDrift(network, port, model);
    return what === undefined ? [] : [{ port, what: `interface ${port.ofPort} ${what}` }];
  });
  const gateway = network.spec.mode === 'flat' ? undefined : gatewayDrift(network, model);
  // Before the datapath is written for the first time there is no gateway either.
  return gateway === undefined || (dp === undefined && ports.length === 0)
    ? ports
    : [...ports, { port: undefined, what: `the gateway's interface ${gateway}` }];
}

/** What faucet.yaml says of a port otherwise than we write it; undefined when it is as we write it. */
export function portDrift(
  network: AttachedNetwork,
  port: Port,
  model: FaucetModel,
): string | undefined {
  const found = interfaceOf(network, port.ofPort, model);
  const acls = aclsInFile(network, port.acls);
  return driftFrom(network, acls, found) ?? vlanOutDrift(network, model);
}

function gatewayDrift(network: AttachedNetwork, model: FaucetModel): string | undefined {
  const acls = aclsFor(network.spec.natAcl, network.name ?? '') ?? [allowAllAcl];
  const found = interfaceOf(network, localOfPort, model);
  return driftFrom(network, acls, found) ?? vlanOutDrift(network, model);
}

function interfaceOf(
  network: AttachedNetwork,
  number: number,
  model: FaucetModel,
): InterfaceModel | undefined {
  const dp = model.dps.get(network.name ?? '');
  return dp?.interfaces.find((item) => item.number === number);
}

function isAtRest({ phase, endpoint }: Port): boolean {
  return phase === 'ready' && (endpoint === undefined || endpoint.phase === 'open');
}

/** Keys that let through more than the ACLs and the VLAN of an interface say. */
const openingKeys = ['acl_in', 'tagged_vlans', 'mirror', 'output_only', 'coprocessor', 'stack'];

function driftFrom(
  network: AttachedNetwork,
  acls: readonly string[],
  found: InterfaceModel | undefined,
): string | undefined {
  if (found === undefined) return 'is not there';
  if (!sameAcls(found.aclsIn, acls)) {
    return `has acls_in [${found.aclsIn.join(', ')}] instead of [${acls.join(', ')}]`;
  }
  if (found.nativeVlan !== network.spec.vlan) {
    return `has native_vlan ${found.nativeVlan ?? 'no more'} instead of ${network.spec.vlan}`;
  }
  if (found.opstatusReconf) return 'has no opstatus_reconf: false';
  const added = openingKeys.find((key) => found.raw[key] !== undefined);
  return added === undefined ? undefined : `has ${added}`;
}
