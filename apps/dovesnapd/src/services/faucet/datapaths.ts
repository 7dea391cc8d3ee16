import type { Edit, EditStep, FaucetModel } from '@dovesnap/faucet-config';
import { isOvsError, planBridge } from '@dovesnap/ovs';
import { type AttachedNetwork, isOffSwitch, type Port } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { removeNote } from '../../domain/network-notes.ts';
import { recordGatewayBefore } from '../../domain/network-record.ts';
import { claimOf, declaredNumbers, forgoneEdits } from '../../plan/faucet/claimed-numbers.ts';
import { checkDatapath } from '../../plan/faucet/datapath-conflict.ts';
import { portDrift } from '../../plan/faucet/faucet-drift.ts';
import { datapathEdits, withdrawalEdits } from '../../plan/faucet/faucet-edits.ts';
import { planGatewayInterface, twiceGatewayEdit } from '../../plan/faucet/gateway-interface.ts';
import { vlanOutEdits } from '../../plan/faucet/vlan-out-acls.ts';
import { hostPortEdits, portsOfNewDatapath } from '../../plan/interfaces/other-port-edits.ts';
import { bridgeSpec } from '../../plan/networks/bridge-spec.ts';
import { areFeaturesWritten, featureStep } from '../../plan/policy/feature-step.ts';
import { interfaceOf } from '../../plan/policy/interface-policy.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { noteWhileFileStays } from '../core/repair-notes.ts';
import type { PauseEnd } from '../core/retries.ts';
import { commitNetwork } from '../records/commit-network.ts';
import type { FaucetDesk, WriteWait, Written } from './faucet-desk.ts';
import { noteNumbers } from './note-numbers.ts';
import { removeDatapath } from './remove-datapath.ts';
import type { VlanOut } from './vlan-out.ts';

/** What the writing of a network to faucet.yaml is called among what fails. */
export const datapathWrite = 'write the datapath to faucet.yaml';

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
   * Takes the network out of faucet.yaml; `why`: it has failed before, and is tried again.
   * @throws DovesnapError `FAUCET_FILE`, `FAUCET_REFUSED`. */
  remove(network: AttachedNetwork, why?: PauseEnd): Promise<void>;
}

/** Makes {@link Datapaths}. */
export function datapaths(
  parts: Parts,
  desk: FaucetDesk,
  registry: Registry,
  vlanOut: VlanOut,
): Datapaths {
  const writeOnce = datapathWriter(parts, desk, vlanOut);
  return {
    configure: async (network, ports, signal) => {
      const dp = await registry.named(network, signal);
      if (dp === undefined) throw signal.reason;
      const effect = { what: datapathWrite, network };
      for (;;) {
        // One at a time: what Faucet refuses of a network it is asked about once, and not once for each of its ports.
        const written = await parts.turns.take(['datapath', network.spec.id], () =>
          parts.retries.untilDone(effect, (why) => writeOnce(network, dp, ports, { signal, why }), {
            signal,
            isFinal: (error) => !isOfFile(error),
          }),
        );
        if (written.confirmed) return;
        try {
          return await desk.loaded(written.revision, { signal });
        } catch (error) {
          signal.throwIfAborted();
          // Faucet has refused it after all, and the next try hears so at once.
          if (!isOfFile(error)) throw error;
        }
      }
    },
    isWritten: (network, port) =>
      desk.latest === undefined ||
      (portDrift(network, port, desk.latest) === undefined &&
        areFeaturesWritten(network, desk.latest)),
    withdraw: async (network, ports, signal) => {
      const makeEdits = (model: FaucetModel): EditStep[] => withdrawalEdits(network, ports, model);
      const written = await desk.write(makeEdits, { signal, deadline: parts.config.attachTimeout });
      if (!written.confirmed) await desk.loaded(written.revision, { signal });
    },
    declared: async (network) => {
      const model = await desk.model().catch(() => desk.latest);
      return model === undefined ? [] : declaredNumbers(network.spec, model);
    },
    forgo: async (network, numbers) => {
      const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout };
      await desk.write((model) => forgoneEdits(network.record, numbers, model), wait);
    },
    remove: removeDatapath(parts, desk),
  };
}

/** Makes the function that writes once what ports need, and gives the bridge its controllers. */
function datapathWriter(parts: Parts, desk: FaucetDesk, vlanOut: VlanOut) {
  const write = async (
    network: AttachedNetwork,
    dp: string,
    ports: readonly Port[],
    wait: WriteWait & { readonly signal: AbortSignal },
  ): Promise<Written> => {
    const { engineId } = network.spec;
    const before = await desk.model();
    checkDatapath(network, dp, before);
    await dropChanged(parts, network, ports, before);
    await noteGateway(parts, network, before);
    await noteNumbers(parts, network, portsOfNewDatapath(network, dp, parts.ovs.state(), before));
    // Out of the text that they go into: what was in the file a moment ago may have been refused since.
    const edits = (model: FaucetModel): Edit[] => {
      const present = portsFor(network, dp, ports, model).filter(
        (port) =>
          network.ports.get(port.ofPort) === port && claimOf(network, port, model) === undefined,
      );
      return [
        ...vlanOutEdits(network, engineId, model),
        ...datapathEdits(network, dp, present, engineId, model),
        ...hostPortEdits(network, dp, parts.ovs.state(), model),
      ];
    };
    const steps = (model: FaucetModel): EditStep[] => {
      checkDatapath(network, dp, model);
      return [edits, featureStep(network)];
    };
    const twice = twiceGatewayEdit(network, before);
    if (twice !== undefined) {
      await renewGateway(parts, desk, network, (model) => [...steps(model), twice], wait);
    }
    return desk.write(steps, wait);
  };
  return async (
    network: AttachedNetwork,
    dp: string,
    ports: readonly Port[],
    { signal, why }: { readonly signal: AbortSignal; readonly why: PauseEnd | undefined },
  ): Promise<Written> => {
    const wait = { signal, deadline: parts.config.attachTimeout, again: why === 'due' };
    // What was wrong with the file that was there before is none of this one's.
    if (why === 'changed') removeNote(network.notes, 'faucet');
    try {
      await vlanOut.assert(network, wait);
      const written = await write(network, dp, ports, wait);
      removeNote(network.notes, 'faucet');
      const spec = bridgeSpec(network, network.spec.engineId, { controllers: true });
      await parts.ovs.commit((state) => planBridge(state, spec));
      return written;
    } catch (error) {
      // The reason of the signal may be an error of ours too.
      signal.throwIfAborted();
      if (isOfFile(error)) noteWhileFileStays(parts, network.notes, 'faucet', error.message);
      throw error;
    }
  };
}

/**
 * The ports that are written with a datapath: all of them if faucet.yaml does not have it, as when Faucet has refused it
 * late. Faucet refuses one without interfaces.
 */
function portsFor(
  network: AttachedNetwork,
  dp: string,
  asked: readonly Port[],
  model: FaucetModel,
): readonly Port[] {
  if (model.dps.has(dp)) return asked;
  const onSwitch = [...network.ports.values()].filter((port) => !isOffSwitch(port));
  return [...new Set([...asked, ...onSwitch])];
}

/**
 * Deletes the flows of ports that faucet.yaml describes differently, if Faucet has loaded it. Faucet may say that it has
 * loaded our correction before the switch has the flows of either: those from before would pass for ours.
 */
async function dropChanged(
  parts: Parts,
  network: AttachedNetwork,
  ports: readonly Port[],
  model: FaucetModel,
): Promise<void> {
  const changed = ports.filter(
    (port) =>
      interfaceOf(network.record, port.ofPort, model) !== undefined &&
      portDrift(network, port, model) !== undefined,
  );
  if (changed.length === 0) return;
  const { loaded } = await parts.faucet.refresh();
  if (!loaded) return;
  await dropFlows(
    parts,
    network,
    changed.map(({ ofPort }) => ofPort),
  );
}

/**
 * Makes sure that the flows of the gateway's policy, once they are in the switch, are new ones: between what somebody has
 * changed and our correction Faucet loads `steps`, under which the gateway has others. Else those from before would pass
 * for ours, and Faucet, which may have both texts before the switch has the flows of either, would weaken an open port.
 * Without Faucet nothing can be told.
 */
async function renewGateway(
  parts: Parts,
  desk: FaucetDesk,
  network: AttachedNetwork,
  steps: (model: FaucetModel) => EditStep[],
  wait: WriteWait & { readonly signal: AbortSignal },
): Promise<void> {
  const { reachable } = await parts.faucet.refresh();
  if (!reachable) return;
  const written = await desk.write(steps, wait);
  if (!written.confirmed) await desk.loaded(written.revision, { signal: wait.signal });
  await dropFlows(parts, network, ['LOCAL']);
}

async function dropFlows(
  { ofctl, ovs }: Pick<Parts, 'ofctl' | 'ovs'>,
  network: AttachedNetwork,
  ports: readonly (number | 'LOCAL')[],
): Promise<void> {
  const filters = ports.map((port) => ({ table: 0, match: `in_port=${port}` }));
  try {
    await ofctl.deleteFlows(network.spec.bridge, filters);
  } catch (error) {
    // A switch that is away has no flows.
    if (ovs.live && !isOvsError(error, 'BRIDGE_NOT_FOUND')) throw error;
  }
}

/** Whether an error is about what faucet.yaml says, so that it may be mended there. */
function isOfFile(error: unknown): error is DovesnapError {
  return error instanceof DovesnapError && error.code !== 'OVS_AWAY';
}

/** What the file said of the gateway before us is on record before anything is written: a daemon that is cut off knows. */
async function noteGateway(
  parts: Parts,
  network: AttachedNetwork,
  model: FaucetModel,
): Promise<void> {
  const { before, conflict } = planGatewayInterface(network, model);
  if (
    conflict !== undefined ||
    JSON.stringify(before) === JSON.stringify(network.record.gatewayBefore)
  ) {
    return;
  }
  recordGatewayBefore(network.record, before);
  await commitNetwork(parts, network);
}
