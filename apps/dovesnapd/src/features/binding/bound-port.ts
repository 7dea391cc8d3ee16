import type { FaucetModel } from '@dovesnap/faucet-config';
import { findBridge, findPort, freeOfPort, type SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { highestOfPipeline } from '../../domain/highest-of-pipeline.ts';
import type { NetworkSpec } from '../../domain/network-spec.ts';
import { declaredNumbers } from '../../plan/faucet/claimed-numbers.ts';
import { foreignNumbers } from '../../plan/interfaces/host-port-specs.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import { reservedNumbers } from '../../plan/pool/reserved-numbers.ts';

/**
 * The number under which a bound interface will be on the bridge: the one it has had, unless somebody else has it now, else
 * one that nobody has, in the switch or in what faucet.yaml says.
 */
export function boundNumber(
  network: AttachedNetwork,
  state: SwitchState,
  model: FaucetModel | undefined,
): number {
  const name = network.spec.boundInterface ?? '';
  const known = network.record.taken.get(name)?.ofPort;
  const ports = findBridge(state, network.spec.bridge)?.ports ?? [];
  const other = ports.find((port) => port.interfaces[0]?.ofPort === known);
  if (known !== undefined && (other === undefined || other.name === name)) return known;
  const declared = model === undefined ? [] : declaredNumbers(network.spec, model);
  const foreign = [...foreignNumbers(network, state), ...declared];
  const used = [...network.ports.keys(), ...reservedNumbers(network.spec), ...foreign];
  return freeOfPort(used, { to: highestOfPipeline });
}

/**
 * What of the switch decides whether a bound interface can be, or stay, where it belongs, as one text: while it is the
 * same, what has been done needs no doing again, and what has failed is not worth another try.
 */
export function conditionsOfBinding(spec: NetworkSpec, state: SwitchState): string {
  const name = spec.boundInterface ?? '';
  const { bridge } = spec;
  const found = findPort(state, name);
  return JSON.stringify([
    [findBridge(state, bridge)?.uuid, rowOf(state, spec, bridge)?.ifindex],
    [found?.bridge.name, found?.port.interfaces[0]?.ifindex, found?.port.interfaces[0]?.ofPort],
  ]);
}
