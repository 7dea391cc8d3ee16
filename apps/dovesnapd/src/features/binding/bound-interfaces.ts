import type { FaucetModel } from '@dovesnap/faucet-config';
import { isOvsError } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { localOfPort, localSwitchPort } from '../../domain/names.ts';
import { type NetworkRecord, recordTaken } from '../../domain/network-record.ts';
import { noTreatments } from '../../domain/treatments.ts';
import { gatewayAcls } from '../../plan/faucet/gateway-interface.ts';
import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import { keeper } from '../../services/core/upkeep.ts';
import type { FaucetDesk } from '../../services/faucet/faucet-desk.ts';
import type { Flows, PolicyPort } from '../../services/flows/flows.ts';
import { takenNow } from '../../services/interfaces/taken-now.ts';
import { bindOrUndo, keepBound, unbind, undo } from './bind-interface.ts';
import { boundNumber, conditionsOfBinding } from './bound-port.ts';

/**
 * What may have changed while an attempt was under way that then failed is tried after this time, milliseconds: such
 * events come in bursts, and each attempt moves the addresses of the host.
 */
const burstMs = 3000;

/** Moves the addresses and routes of host interfaces to the local ports of networks' bridges, and back. */
export function boundInterfaces(
  parts: Parts,
  desk: FaucetDesk,
  flows: Flows,
): Required<Pick<Feature, 'tend' | 'leave'>> {
  return {
    tend: lookout(parts, desk, flows),
    leave: async (network) => {
      const name = network.spec.boundInterface;
      if (name !== undefined) await inTurn(parts, network, () => unbind(parts, network, name));
    },
  };
}

/**
 * In the background: moves what is on the interface as soon as Faucet is ready for it, and gives a local port that is a
 * new device what the old one had, at once. Where Faucet gives that one no flows for as long as an attach may wait, the
 * interface is the host's until it does. Done or failed, it is looked at again when the switch has changed in what
 * matters; `retry`: also when not, if it failed.
 */
function lookout(parts: Parts, desk: FaucetDesk, flows: Flows): NonNullable<Feature['tend']> {
  /** Where what has failed is to be tried again, although it stands as it stood then. */
  const retried = new WeakSet<AttachedNetwork>();
  /** Under which conditions it was last looked at, and whether it is where it belongs. */
  const looked = new WeakMap<AttachedNetwork, { readonly under: string; readonly done: boolean }>();
  const lacksFlows = async (network: AttachedNetwork, local: PolicyPort): Promise<boolean> => {
    const wait = { signal: network.life.signal, deadline: parts.config.attachTimeout };
    try {
      await flows.untilCarries(network, local, wait);
      return false;
    } catch (error) {
      if (isOvsError(error, 'TIMEOUT')) return true;
      throw error;
    }
  };
  const act = async (network: AttachedNetwork, name: string): Promise<void> => {
    const { signal } = network.life;
    if (!parts.ovs.live) return;
    if (looked.get(network)?.under === conditionsOfBinding(network.spec, parts.ovs.state())) return;
    await chooseNumber(parts, network, name, desk.latest);
    const attempt = (task: () => Promise<boolean>) =>
      inTurn(parts, network, async () => {
        if (signal.aborted || !parts.ovs.live) return true;
        const under = conditionsOfBinding(network.spec, parts.ovs.state());
        const done = await task();
        looked.set(network, { under, done });
        return done;
      });
    const kept = await attempt(() => keepBound(parts, network, name));
    const model = desk.latest;
    if (signal.aborted || !parts.ovs.live || model === undefined) return;
    const local = localPort(network, model);
    if (network.record.taken.get(name)?.moved === true && (await lacksFlows(network, local))) {
      const why = `bridge ${network.spec.bridge} has no flows for the host: is Faucet running?`;
      await attempt(() => undo(parts, network, name, new DovesnapError('PORT_FAILED', why)));
    } else if (kept) return;
    looked.delete(network);
    if (!areInFaucet(model, network.record, name)) return;
    await flows.untilCarries(network, local, { signal });
    await attempt(() => bindOrUndo(parts, flows, network, name));
  };
  const hasFailed = (network: AttachedNetwork): boolean => looked.get(network)?.done === false;
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'check the bound interface',
    tell: ({ record, spec }, err) =>
      parts.log.warn({ network: record.name, err }, `could not check ${spec.boundInterface}`),
    act: async (network) => {
      const name = network.spec.boundInterface;
      if (name === undefined) return;
      if (retried.delete(network) && hasFailed(network)) looked.delete(network);
      await act(network, name);
      if (!retried.has(network) || !hasFailed(network)) return;
      await parts.clock.sleep(burstMs, network.life.signal);
    },
  });
  return (network, { retry = false } = {}) => {
    if (network.spec.boundInterface === undefined) return;
    if (retry) retried.add(network);
    keep.look(network);
  };
}

/** The bridge's own port, under the policy that it is to have. */
function localPort(network: AttachedNetwork, model: FaucetModel): PolicyPort {
  const acls = gatewayAcls(network, model);
  return { ofPort: localSwitchPort, acls, treatments: noTreatments, isContainers: false };
}

/** The number is known before the port is: Faucet is told of it first, and the pool keeps off it. */
async function chooseNumber(
  parts: Parts,
  network: AttachedNetwork,
  name: string,
  model: FaucetModel | undefined,
): Promise<void> {
  const { record } = network;
  if (!record.taken.has(name)) {
    // The switch has lost the network, and with it what the interface was before.
    const link = await parts.host.link(name);
    if (link === undefined) return;
    recordTaken(record, name, await takenNow(parts, link));
  }
  const before = record.taken.get(name);
  const ofPort = boundNumber(network, parts.ovs.state(), model);
  if (before !== undefined && before.ofPort !== ofPort) {
    recordTaken(record, name, { ...before, ofPort });
  }
}

/** Whether faucet.yaml has both ports: without flows for both of them the host would be cut off. */
function areInFaucet(model: FaucetModel, record: NetworkRecord, name: string): boolean {
  const ofPort = record.taken.get(name)?.ofPort;
  const numbers = model.dps.get(record.name ?? '')?.interfaces.map((item) => item.number);
  return [ofPort, localOfPort].every((number) => number !== undefined && numbers?.includes(number));
}

/** A turn of its own: while an interface waits for its flows, the network's other repairs go on. */
function inTurn<T>({ turns }: Parts, network: AttachedNetwork, task: () => Promise<T>): Promise<T> {
  return turns.take(['bind', network.spec.id], task);
}
