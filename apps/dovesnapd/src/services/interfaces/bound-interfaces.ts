import type { FaucetModel } from '@dovesnap/faucet-config';
import { isOvsError } from '@dovesnap/ovs';
import { findBoundPort } from '../../domain/added-ports.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { localOfPort, localSwitchPort } from '../../domain/names.ts';
import { gatewayAcls } from '../../plan/faucet/gateway-interface.ts';
import { boundNumber, conditionsOfBinding } from '../../plan/interfaces/bound-port.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import type { Flows, PolicyPort } from '../flows/flows.ts';
import type { Parts } from '../parts.ts';
import { bindOrUndo, keepBound, unbind, undo } from './bind-interface.ts';
import { takenNow } from './taken-now.ts';

/** The host interfaces whose addresses and routes move to the local ports of networks' bridges. */
export interface BoundInterfaces {
  /**
   * In the background: moves what is on the interface as soon as Faucet is ready for it, and gives a local port that is a
   * new device what the old one had, at once. Where Faucet gives that one no flows for as long as an attach may wait, the
   * interface is the host's until it does. Done or failed, it is looked at again when the switch has changed in what
   * matters; `anew`: also when not, if it failed.
   */
  look(network: AttachedNetwork, options?: { readonly anew?: boolean }): void;
  /** Moves everything back and takes the interface off the bridge. @throws DovesnapError, NetnsError. */
  giveBack(network: AttachedNetwork): Promise<void>;
}

/** Makes {@link BoundInterfaces}. */
export function boundInterfaces(parts: Parts, desk: FaucetDesk, flows: Flows): BoundInterfaces {
  return {
    look: lookout(parts, desk, flows),
    giveBack: async (network) => {
      const name = findBoundPort(network.spec)?.name;
      if (name !== undefined) await inTurn(parts, network, () => unbind(parts, network, name));
    },
  };
}

function lookout(parts: Parts, desk: FaucetDesk, flows: Flows): BoundInterfaces['look'] {
  const busy = new WeakSet<AttachedNetwork>();
  const missed = new WeakSet<AttachedNetwork>();
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
    if (looked.get(network)?.under === conditionsOfBinding(network, parts.ovs.state())) return;
    await chooseNumber(parts, network, name, desk.latest);
    const attempt = (task: () => Promise<boolean>) =>
      inTurn(parts, network, async () => {
        if (signal.aborted || !parts.ovs.live) return true;
        const under = conditionsOfBinding(network, parts.ovs.state());
        const done = await task();
        looked.set(network, { under, done });
        return done;
      });
    const kept = await attempt(() => keepBound(parts, network, name));
    const model = desk.latest;
    if (signal.aborted || !parts.ovs.live || model === undefined) return;
    const local = localPort(network, model);
    if (network.others.taken.get(name)?.moved === true && (await lacksFlows(network, local))) {
      const why = `bridge ${network.spec.bridge} has no flows for the host: is Faucet there?`;
      await attempt(() => undo(parts, network, name, new DovesnapError('PORT_FAILED', why)));
    } else if (kept) return;
    looked.delete(network);
    if (!areInFaucet(model, network, name)) return;
    await flows.untilCarries(network, local, { signal });
    await attempt(() => bindOrUndo(parts, flows, network, name));
  };
  const look: BoundInterfaces['look'] = (network, { anew = false } = {}) => {
    const name = findBoundPort(network.spec)?.name;
    if (name === undefined || network.life.signal.aborted) return;
    if (anew && looked.get(network)?.done === false) looked.delete(network);
    missed.add(network);
    if (busy.has(network)) return;
    busy.add(network);
    missed.delete(network);
    act(network, name)
      .catch((err: unknown) => {
        if (network.life.signal.aborted || parts.signal.aborted) return;
        parts.log.warn({ network: network.name, err }, `${name} could not be looked at`);
      })
      .finally(() => {
        busy.delete(network);
        if (missed.has(network)) look(network);
      });
  };
  return look;
}

/** The bridge's own port, under the policy that it is to have. */
function localPort(network: AttachedNetwork, model: FaucetModel): PolicyPort {
  const acls = gatewayAcls(network, model);
  return { ofPort: localSwitchPort, acls, mirrored: false, isContainers: false };
}

/** The number is known before the port is: Faucet is told of it first, and the pool keeps off it. */
async function chooseNumber(
  parts: Parts,
  network: AttachedNetwork,
  name: string,
  model: FaucetModel | undefined,
): Promise<void> {
  const { taken } = network.others;
  if (!taken.has(name)) {
    // The switch has lost the network, and with it what the interface was before.
    const link = await parts.host.link(name);
    if (link === undefined) return;
    taken.set(name, await takenNow(parts, link));
  }
  const before = taken.get(name);
  const ofPort = boundNumber(network, parts.ovs.state(), model);
  if (before !== undefined && before.ofPort !== ofPort) taken.set(name, { ...before, ofPort });
}

/** Whether faucet.yaml has both ports: without flows for both of them the host would be cut off. */
function areInFaucet(model: FaucetModel, network: AttachedNetwork, name: string): boolean {
  const ofPort = network.others.taken.get(name)?.ofPort;
  const numbers = model.dps.get(network.name ?? '')?.interfaces.map((item) => item.number);
  return [ofPort, localOfPort].every((number) => number !== undefined && numbers?.includes(number));
}

/** A turn of its own: while an interface waits for its flows, the network's other repairs go on. */
function inTurn<T>(
  { serial }: Parts,
  network: AttachedNetwork,
  task: () => Promise<T>,
): Promise<T> {
  return serial.run(`bind:${network.spec.id}`, task);
}
