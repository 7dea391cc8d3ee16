import type { EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { planBridge } from '@dovesnap/ovs';
import type { AttachedNetwork, Port } from '../domain/attached-network.ts';
import { DovesnapError } from '../domain/error.ts';
import { bridgeSpec } from '../plan/bridge-spec.ts';
import { portDrift } from '../plan/faucet-drift.ts';
import { networkEdits, removalEdits, withdrawalEdits } from '../plan/faucet-edits.ts';
import { isolationStep, staleIsolatedAcls } from '../plan/isolation.ts';
import { addedPortEdits } from '../plan/other-port-edits.ts';
import { vlanOutEdits } from '../plan/vlan-out.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import type { Parts } from './parts.ts';
import type { Registry } from './registry.ts';
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
  withdraw(network: AttachedNetwork, ports: readonly Port[]): Promise<void>;
  /** Takes the network's datapath out of faucet.yaml. @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
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
    return desk.write(
      (model) => {
        checkDatapathIsFree(network, dp, model);
        const present = ports.filter((port) => network.ports.has(port.ofPort));
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
    withdraw: async (network, ports) => {
      const { signal } = network.life;
      const makeEdits = (model: FaucetModel): EditStep[] => withdrawalEdits(network, ports, model);
      const written = await desk.write(makeEdits, { signal, deadline: parts.config.attachTimeout });
      if (!written.confirmed) await desk.loaded(written.revision, { signal });
    },
    remove: async (network) => {
      const dp = network.name;
      if (dp === undefined) return;
      const { engineId } = network;
      await desk.write((model) => removalEdits(network, dp, engineId, model), {
        signal: parts.signal,
        deadline: parts.config.attachTimeout,
      });
    },
  };
}

/** @throws DovesnapError `CONFLICT` when the name or the id belongs to another datapath of the file. */
export function checkDatapathIsFree(
  network: AttachedNetwork,
  dp: string,
  model: FaucetModel,
): void {
  const sameName = model.dps.get(dp);
  const id = `0x${network.dpid.toString(16)}`;
  if (sameName !== undefined && sameName.dpId !== network.dpid) {
    const other = `0x${(sameName.dpId ?? 0n).toString(16)}`;
    throw new DovesnapError(
      'CONFLICT',
      `faucet.yaml already has a datapath "${dp}" with dp_id ${other}, network ${dp} has ${id}: rename the network or give it that ovs.bridge.dpid`,
    );
  }
  const sameId = [...model.dps.values()].find(
    (item) => item.dpId === network.dpid && item.name !== dp,
  );
  if (sameId === undefined) return;
  throw new DovesnapError(
    'CONFLICT',
    `dp_id ${id} of network ${dp} belongs to datapath "${sameId.name}" in faucet.yaml: give the network another ovs.bridge.dpid`,
  );
}
