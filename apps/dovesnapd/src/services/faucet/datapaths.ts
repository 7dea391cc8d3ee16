import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { planBridge } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { claimOf, declaredNumbers, forgoneEdits } from '../../plan/faucet/claimed-numbers.ts';
import { checkDatapath } from '../../plan/faucet/datapath-conflict.ts';
import { portDrift } from '../../plan/faucet/faucet-drift.ts';
import { networkEdits, withdrawalEdits } from '../../plan/faucet/faucet-edits.ts';
import { planGatewayInterface } from '../../plan/faucet/gateway-interface.ts';
import { vlanOutEdits } from '../../plan/faucet/vlan-out.ts';
import { addedPortEdits, portsOfNewDatapath } from '../../plan/interfaces/other-port-edits.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import { isolationStep, staleIsolatedAcls } from '../../plan/policy/isolation.ts';
import { commitNetwork } from '../networks/commit-network.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import { noteNumbers } from './note-numbers.ts';
import { removeDatapath } from './remove-datapath.ts';
import type { VlanOut } from './vlan-out.ts';

/** The networks' datapaths in Faucet. */
export interface Datapaths {
  /**
   * Makes faucet.yaml say what these ports need, gives the bridge its controllers, and waits until Faucet has it. Waits
   * for as long as it takes: for the network's name, for a file that can be edited, for Faucet.
   */
  configure(network: AttachedNetwork, ports: readonly Port[], signal: AbortSignal): Promise<void>;
  /** Whether faucet.yaml, as last read, says of a port what we would write. */
  isWritten(network: AttachedNetwork, port: Port): boolean;
  /** Takes ports out of the network's datapath and waits until Faucet has it so. @throws DovesnapError. */
  withdraw(network: AttachedNetwork, ports: readonly Port[], signal: AbortSignal): Promise<void>;
  /** Numbers of the network's datapath that an operator has declared for himself, as far as the file can be read. */
  declared(network: AttachedNetwork): Promise<readonly number[]>;
  /** Takes out what was written under numbers that the network gives up. @throws DovesnapError. */
  forgo(network: AttachedNetwork, numbers: readonly number[]): Promise<void>;
  /**
   * Takes the network out of faucet.yaml. What cannot be done while the file is broken is done when it is mended.
   * @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  remove(network: AttachedNetwork): Promise<void>;
}

/** Makes {@link Datapaths}. */
export function datapaths(
  parts: Parts,
  desk: FaucetDesk,
  registry: Registry,
  vlanOut: VlanOut,
): Datapaths {
  const writeOnce = async (
    network: AttachedNetwork,
    dp: string,
    ports: readonly Port[],
    signal: AbortSignal,
  ) => {
    const { engineId } = network;
    const before = await desk.model();
    checkDatapath(network, dp, before);
    await noteGateway(parts, network, before);
    await noteNumbers(parts, network, portsOfNewDatapath(network, dp, parts.ovs.state(), before));
    return desk.write(
      (model) => {
        checkDatapath(network, dp, model);
        const present = ports.filter(
          (port) =>
            network.ports.get(port.ofPort) === port && claimOf(network, port, model) === undefined,
        );
        return [
          ...vlanOutEdits(network, engineId, model),
          ...networkEdits(network, dp, present, engineId, model),
          ...addedPortEdits(network, dp, parts.ovs.state(), model),
          isolationStep(network),
        ];
      },
      { signal, deadline: parts.config.attachTimeout },
    );
  };
  return {
    configure: async (network, ports, signal) => {
      const dp = await registry.named(network, signal);
      if (dp === undefined) throw signal.reason;
      for (;;) {
        signal.throwIfAborted();
        try {
          await vlanOut.assert(network, signal);
          const written = await writeOnce(network, dp, ports, signal);
          network.notes.delete('faucet');
          const spec = bridgeSpec(network, network.engineId, { controllers: true });
          await parts.ovs.commit((state) => planBridge(state, spec));
          if (!written.confirmed) await desk.loaded(written.revision, { signal });
          return;
        } catch (error) {
          // The reason of the signal may be an error of ours too.
          signal.throwIfAborted();
          if (!(error instanceof DovesnapError) || error.code === 'OVS_AWAY') throw error;
          network.notes.set('faucet', error.message);
          parts.log.warn({ network: network.name }, error.message);
          await desk.untilChange(signal);
        }
      }
    },
    isWritten: (network, port) =>
      desk.latest === undefined ||
      (portDrift(network, port, desk.latest) === undefined &&
        staleIsolatedAcls(network, desk.latest).size === 0),
    withdraw: async (network, ports, signal) => {
      const makeEdits = (model: FaucetModel): EditStep[] => withdrawalEdits(network, ports, model);
      const written = await desk.write(makeEdits, { signal, deadline: parts.config.attachTimeout });
      if (!written.confirmed) await desk.loaded(written.revision, { signal });
    },
    declared: async (network) => {
      const model = await desk.model().catch(() => desk.latest);
      return model === undefined ? [] : declaredNumbers(network, model);
    },
    forgo: async (network, numbers) => {
      const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout };
      await desk.write((model) => forgoneEdits(network, numbers, model), wait);
    },
    remove: removeDatapath(parts, desk),
  };
}

/** What the file said of the gateway before us is on record before anything is written: a daemon that is cut off knows. */
async function noteGateway(
  parts: Parts,
  network: AttachedNetwork,
  model: FaucetModel,
): Promise<void> {
  const { before, conflict } = planGatewayInterface(network, model);
  if (conflict !== undefined || JSON.stringify(before) === JSON.stringify(network.gatewayBefore)) {
    return;
  }
  network.gatewayBefore = before;
  await commitNetwork(parts, network);
}
