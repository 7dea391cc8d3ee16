import {
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
import { aclsFor } from '../domain/acl-choice.ts';
import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import {
  allowAllAcl,
  dpMark,
  isPortDescription,
  localOfPort,
  parseDpMark,
  portDescription,
} from '../domain/names.ts';
import { aclsInFile, isolationStep, unusedIsolationStep } from './isolation.ts';

/** What faucet.yaml says of a warm or taken port; its description, once there, is left to those who write for people. */
function portInterface(network: AttachedNetwork, port: Port, isNew: boolean): InterfaceSpec {
  return {
    ...(isNew ? { description: portDescription(port.endpoint?.container) } : {}),
    ...interfacePolicy(network, aclsInFile(network, port.acls)),
  };
}

/** What faucet.yaml says of whom an interface lets through; what would let through more is taken away. */
function interfacePolicy(network: AttachedNetwork, acls: readonly string[]): InterfaceSpec {
  return {
    nativeVlan: network.spec.vlan,
    aclsIn: acls,
    opstatusReconf: false,
    taggedVlans: null,
    mirror: null,
    outputOnly: null,
    coprocessor: null,
    stack: null,
    other: { acl_in: null },
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
): Edit[] {
  const known = model.dps.get(dp);
  const numbers = new Set(known?.interfaces.map((item) => item.number));
  return [
    setAcl(allowAllAcl, [{ rule: { actions: { allow: 1 } } }]),
    ...(known !== undefined
      ? []
      : [
          setDp(dp, {
            dpId: network.dpid,
            hardware: 'Open vSwitch',
            description: dpMark(engineId, network.spec.id),
          }),
        ]),
    ...(network.spec.mode === 'flat'
      ? []
      : [
          setInterface(dp, localOfPort, {
            description: 'gateway',
            ...interfacePolicy(network, aclsFor(network.spec.natAcl, dp) ?? [allowAllAcl]),
          }),
        ]),
    ...ports.map((port) =>
      setInterface(dp, port.ofPort, portInterface(network, port, !numbers.has(port.ofPort))),
    ),
  ];
}

/** The edits that take ports out of a network's datapath. */
export function withdrawalEdits(
  network: AttachedNetwork,
  ports: readonly Port[],
  model: FaucetModel,
): EditStep[] {
  const dp = network.name ?? '';
  const numbers = new Set(model.dps.get(dp)?.interfaces.map((item) => item.number));
  const leaving = ports
    .filter((port) => numbers.has(port.ofPort))
    .map((port) => removeInterface(dp, port.ofPort));
  return [...leaving, isolationStep(network)];
}

/** The edit that puts a port under other ACLs of the policy. */
export function portAclEdits(
  network: AttachedNetwork,
  dp: string,
  port: Pick<Port, 'ofPort'>,
  acls: readonly string[],
): EditStep[] {
  const aclsIn = aclsInFile(network, acls);
  return [setInterface(dp, port.ofPort, { aclsIn }), isolationStep(network)];
}

/** The edits that take a network's datapath out of faucet.yaml, and what only it has used. */
export function removalEdits(
  network: AttachedNetwork,
  dp: string,
  engineId: string,
  model: FaucetModel,
): EditStep[] {
  const found = model.dps.get(dp);
  if (found === undefined) return [];
  const ours = found.raw.description === dpMark(engineId, network.spec.id);
  const leaving = [...network.ports.keys(), ...network.others.inFaucet.keys(), localOfPort]
    .filter((number) => found.interfaces.some((item) => item.number === number))
    .map((number) => removeInterface(dp, number));
  const edits = ours ? [removeDp(dp), ...unusedAclEdits(model, new Set([dp]))] : leaving;
  return [...edits, isolationStep(network)];
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
  const names = new Set(stale.map((dp) => dp.name));
  return stale.length === 0
    ? []
    : [
        ...stale.map((dp) => removeDp(dp.name)),
        ...unusedAclEdits(model, names),
        unusedIsolationStep,
      ];
}

/**
 * The edits that remove interfaces which we wrote for ports that a network has no more. One always stays: Faucet refuses
 * a datapath without any (faucet 1.10.12).
 */
export function staleInterfaceEdits(network: AttachedNetwork, model: FaucetModel): Edit[] {
  const dp = model.dps.get(network.name ?? '');
  if (dp?.raw.description !== dpMark(network.engineId, network.spec.id)) return [];
  const known = new Set([localOfPort, ...network.ports.keys(), ...network.others.inFaucet.keys()]);
  const stale = dp.interfaces
    .filter((item) => isPortDescription(String(item.raw.description ?? '')))
    .flatMap(({ number }) => number ?? [])
    .filter((number) => !known.has(number));
  return stale.length === dp.interfaces.length
    ? []
    : stale.map((number) => removeInterface(dp.name, number));
}

function unusedAclEdits(model: FaucetModel, leaving: ReadonlySet<string>): Edit[] {
  const used = [...model.dps.values()].some(
    (dp) =>
      !leaving.has(dp.name) && dp.interfaces.some((item) => item.aclsIn.includes(allowAllAcl)),
  );
  return used || !model.acls.has(allowAllAcl) ? [] : [removeAcl(allowAllAcl)];
}
