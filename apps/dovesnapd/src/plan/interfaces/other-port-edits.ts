import {
  type Edit,
  type FaucetModel,
  type InterfaceModel,
  type InterfaceSpec,
  removeInterface,
  setInterface,
} from '@dovesnap/faucet-config';
import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { hostPortsOf } from '../../domain/host-ports.ts';
import type { NumberedEdit } from '../../domain/network-feature.ts';
import type { NetworkObservation } from '../../domain/network-observation.ts';
import type { OtherPort } from '../../domain/other-ports.ts';
import { sameAcls } from '../policy/same-acls.ts';
import { findOtherPorts, isDeclaredByOthers } from './find-other-ports.ts';

/** The ports that are to be in Faucet because of us. */
export function portsForFaucet(
  network: AttachedNetwork,
  ports: readonly OtherPort[],
  model: FaucetModel,
): (OtherPort & { readonly ofPort: number })[] {
  return ports.filter((port): port is OtherPort & { readonly ofPort: number } => {
    const { ofPort } = port;
    if (port.closed !== undefined || ofPort === undefined) return false;
    return !isDeclaredByOthers(network, ofPort, model);
  });
}

/**
 * The edits that put these ports into the network's datapath, and take those out that were there because of us; none for
 * what is so already. Interfaces that an operator wrote are not touched.
 */
export function otherPortEdits(
  network: AttachedNetwork,
  dp: string,
  ports: readonly OtherPort[],
  model: FaucetModel,
): NumberedEdit[] {
  const known = new Map(model.dps.get(dp)?.interfaces.map((item) => [item.number, item]));
  const wanted = portsForFaucet(network, ports, model);
  const numbers = new Set(wanted.map((port) => port.ofPort));
  const stale = [...network.record.inFaucet].filter(
    ([ofPort]) => !numbers.has(ofPort) && !network.ports.has(ofPort) && known.has(ofPort),
  );
  return [
    ...stale.map(([ofPort, name]) => ({ ofPort, name, edit: removeInterface(dp, ofPort) })),
    ...wanted
      .map((port) => ({ port, spec: interfaceOf(network.observation, port) }))
      .filter(({ port, spec }) => !isSo(known.get(port.ofPort), spec))
      .map(({ port, spec }) => ({
        ofPort: port.ofPort,
        name: port.name,
        edit: setInterface(dp, port.ofPort, spec),
      })),
    ...network.spec.features.flatMap((feature) => feature.otherPortEdits?.(network, model) ?? []),
  ];
}

/**
 * The options' ports that come with a new datapath: a coprocessor that came later would be a cold start. None for a
 * datapath that is there already.
 */
export function portsOfNewDatapath(
  network: AttachedNetwork,
  dp: string,
  state: SwitchState,
  model: FaucetModel,
): (OtherPort & { readonly ofPort: number })[] {
  if (model.dps.has(dp) || hostPortsOf(network.spec).length === 0) return [];
  const ports = findOtherPorts(network, state, model).filter(
    (port) => port.kind === 'physical' || port.kind === 'coprocessor',
  );
  return portsForFaucet(network, ports, model);
}

/** The edits that put {@link portsOfNewDatapath} in with it: those whose numbers are on record as ours. */
export function hostPortEdits(
  network: AttachedNetwork,
  dp: string,
  state: SwitchState,
  model: FaucetModel,
): Edit[] {
  const ports = portsOfNewDatapath(network, dp, state, model).filter(
    ({ ofPort, name }) => network.record.inFaucet.get(ofPort) === name,
  );
  return ports.length === 0
    ? []
    : otherPortEdits(network, dp, ports, model).map(({ edit }) => edit);
}

/** Unlike a warm port, such a port goes up and down by itself, so Faucet is to follow it: `opstatus_reconf` stays true. */
function interfaceOf(observation: NetworkObservation, port: OtherPort): InterfaceSpec {
  const description = observation.machines.get(port.name) ?? port.name;
  if (port.kind === 'coprocessor') {
    return { description, aclsIn: port.acls, coprocessor: { strategy: 'vlan_vid' } };
  }
  return { description, nativeVlan: port.vlan, aclsIn: port.acls };
}

function isSo(found: InterfaceModel | undefined, wanted: InterfaceSpec): boolean {
  return (
    found !== undefined &&
    found.description === wanted.description &&
    found.nativeVlan === (wanted.nativeVlan ?? undefined) &&
    found.coprocessor === (wanted.coprocessor !== undefined) &&
    sameAcls(found.aclsIn, wanted.aclsIn ?? [])
  );
}
