import {
  type DpModel,
  type Edit,
  type EditStep,
  type FaucetModel,
  type InterfaceSpec,
  removeAcl,
  removeDp,
  removeInterface,
  setAcl,
  setDp,
  setInterface,
} from '@dovesnap/faucet-config';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import {
  allowAllAcl,
  dpMark,
  isPortDescription,
  localOfPort,
  parseDpMark,
  portDescription,
} from '../../domain/names.ts';
import { derivedAclEdits } from '../policy/derived-acls.ts';
import { featureStep } from '../policy/feature-step.ts';
import { interfacePolicy } from '../policy/interface-policy.ts';
import { hasRole } from '../policy/interface-roles.ts';
import { type AclPolicy, aclsInFile } from '../policy/policy-acls.ts';
import { claimOf, isInPlaceOfOurs } from './claimed-numbers.ts';
import { gatewayRemovalEdits, planGatewayInterface } from './gateway-interface.ts';

/** What faucet.yaml says of a warm or taken port; its description, once there, is left to those who write for people. */
function portInterface(network: AttachedNetwork, port: Port, isNew: boolean): InterfaceSpec {
  return {
    ...(isNew ? { description: portDescription(port.endpoint?.container) } : {}),
    ...interfacePolicy(network.spec, aclsInFile(network, port)),
  };
}

/** The edit that says whose port it is. */
export function portDescriptionEdit(dp: string, port: Port): Edit {
  return setInterface(dp, port.ofPort, { description: portDescription(port.endpoint?.container) });
}

/** The edits that make faucet.yaml say what these ports of a network need; none of them changes what is already so. */
export function networkEdits(
  network: AttachedNetwork,
  dp: string,
  ports: readonly Port[],
  engineId: string,
  model: FaucetModel,
): EditStep[] {
  return [...datapathEdits(network, dp, ports, engineId, model), featureStep(network)];
}

/** Those of {@link networkEdits} that follow from what the text says before them. */
export function datapathEdits(
  network: AttachedNetwork,
  dp: string,
  ports: readonly Port[],
  engineId: string,
  model: FaucetModel,
): Edit[] {
  const known = model.dps.get(dp);
  const numbers = new Set(known?.interfaces.map((item) => item.number));
  return [
    setAcl(allowAllAcl, [{ rule: { actions: { allow: 1 } } }]),
    ...(known !== undefined
      ? []
      : [
          setDp(dp, {
            dpId: network.spec.dpid,
            hardware: 'Open vSwitch',
            description: dpMark(engineId, network.spec.id),
          }),
        ]),
    ...planGatewayInterface(network, model).edits,
    ...ports.map((port) =>
      setInterface(dp, port.ofPort, portInterface(network, port, !numbers.has(port.ofPort))),
    ),
  ];
}

/**
 * Whether a network has been written into its datapath. One that an operator has declared is there before: if the
 * bridge connected then, Faucet would give the gateway no flows when its VLAN came later (faucet 1.10.12).
 */
export function isInFaucet(network: AttachedNetwork, model: FaucetModel): boolean {
  const dp = model.dps.get(network.record.name ?? '');
  if (dp === undefined || dp.dpId !== network.spec.dpid) return false;
  const isOurs = dp.raw.description === dpMark(network.spec.engineId, network.spec.id);
  const written = dp.interfaces.some(
    ({ number = 0, description = '' }) =>
      network.ports.has(number) && isPortDescription(description),
  );
  return isOurs || written;
}

/** The edits that take ports out of a network's datapath; what others have declared under their numbers stays. */
export function withdrawalEdits(
  network: AttachedNetwork,
  ports: readonly Port[],
  model: FaucetModel,
): EditStep[] {
  const dp = network.record.name ?? '';
  const numbers = new Set(model.dps.get(dp)?.interfaces.map((item) => item.number));
  const leaving = ports
    .filter((port) => numbers.has(port.ofPort) && claimOf(network, port, model) === undefined)
    .map((port) => removeInterface(dp, port.ofPort, { keyed: true }));
  return [...leaving, featureStep(network)];
}

/** The edits that put a port under the ACLs of another policy. */
export function portAclEdits(
  network: AttachedNetwork,
  dp: string,
  { ofPort }: Pick<Port, 'ofPort'>,
  policy: AclPolicy,
): EditStep[] {
  const aclsIn = aclsInFile(network, policy);
  return [setInterface(dp, ofPort, { aclsIn }), featureStep(network)];
}

/**
 * The edits that take a network out of faucet.yaml: the whole datapath when we made it; of one that an operator has
 * declared what we have put there, so that it is as it was. And what only this network has used.
 */
export function removalEdits(
  network: AttachedNetwork,
  dp: string,
  engineId: string,
  model: FaucetModel,
): EditStep[] {
  const found = model.dps.get(dp);
  if (found === undefined || found.dpId !== network.spec.dpid) return [];
  if (found.raw.description === dpMark(engineId, network.spec.id)) {
    return [removeDp(dp), unusedAclStep, removalStep(network)];
  }
  const ours = [...network.ports.values()].filter((port) => !isInPlaceOfOurs(network, port, model));
  const numbers = [
    ...ours.map((port) => port.ofPort),
    ...staleNumbers(network, found),
    ...network.record.inFaucet.keys(),
    ...network.spec.features.flatMap((feature) => feature.ownNumbers?.(found) ?? []),
  ];
  const gateway = gatewayRemovalEdits(network, model);
  const leaving = new Set([...numbers, ...(gateway.length === 0 ? [] : [localOfPort])]);
  const isShared = gateway.some((edit) => edit.kind === 'set-interface');
  const stays = found.interfaces.some(
    ({ number = 0, raw }) => !leaving.has(number) && hasRole(raw),
  );
  return [
    ...numbers.map((number) => removeInterface(dp, number, { keyed: true })),
    ...gateway,
    ...(stays || isShared ? [] : [keptInterface(dp)]),
    unusedAclStep,
    removalStep(network),
  ];
}

/** The step that takes away what is left of a network's features once it has been taken out. */
function removalStep(network: AttachedNetwork): EditStep {
  return (model) => [
    ...network.spec.features.flatMap((feature) => feature.removalEdits?.(network, model) ?? []),
    ...derivedAclEdits(network, model),
  ];
}

/** Faucet refuses a datapath without an interface that has a role: one that lets nothing in takes the place of ours. */
function keptInterface(dp: string): Edit {
  const description = 'keeps this datapath valid until it has an interface of its own';
  return setInterface(dp, 1, { description, outputOnly: true });
}

/** The edits that remove datapaths which carry our mark but belong to no network any more. */
export function staleDpEdits(
  model: FaucetModel,
  engineId: string,
  isKnown: (networkIdStart: string) => boolean,
): EditStep[] {
  const stale = [...model.dps.values()].filter((dp) => {
    const mark = parseDpMark(String(dp.raw.description ?? ''));
    return mark !== undefined && mark.engine === engineId && !isKnown(mark.network);
  });
  return stale.length === 0
    ? []
    : [...stale.map((dp): EditStep => removeDp(dp.name)), unusedAclStep];
}

/**
 * The edits that remove interfaces which we wrote for ports that a network has no more. One always stays: Faucet refuses
 * a datapath without any (faucet 1.10.12).
 */
export function staleInterfaceEdits(network: AttachedNetwork, model: FaucetModel): Edit[] {
  const dp = model.dps.get(network.record.name ?? '');
  if (dp?.dpId !== network.spec.dpid) return [];
  const stale = staleNumbers(network, dp);
  return stale.length === dp.interfaces.length
    ? []
    : stale.map((number) => removeInterface(dp.name, number, { keyed: true }));
}

/** Numbers that we wrote into a datapath for ports that its network has no more, or is about to rebuild. */
function staleNumbers(network: AttachedNetwork, dp: DpModel): number[] {
  const known = new Set([localOfPort, ...network.ports.keys(), ...network.record.inFaucet.keys()]);
  return dp.interfaces
    .filter((item) => isPortDescription(item.description ?? '') && !item.opstatusReconf)
    .flatMap(({ number }) => number ?? [])
    .filter((number) => !known.has(number));
}

/**
 * The step that removes our ACL once nothing uses it. By what the text says then: of two networks that are removed
 * together, neither would remove an ACL that the other still uses.
 */
const unusedAclStep: EditStep = (model) => {
  const isUsed = [...model.dps.values()].some((dp) =>
    dp.interfaces.some(({ aclsIn }) => aclsIn.includes(allowAllAcl)),
  );
  return isUsed || !model.acls.has(allowAllAcl) ? [] : [removeAcl(allowAllAcl)];
};
