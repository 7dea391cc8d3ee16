import { unsealLink } from '@dovesnap/netns';
import { findBridge, planPorts, planRemovePorts, type SwitchState } from '@dovesnap/ovs';
import { type AddedPort, formatAddedPorts } from '../domain/added-ports.ts';
import type { AttachedNetwork } from '../domain/attached-network.ts';
import { DovesnapError } from '../domain/error.ts';
import { refusedOption } from '../domain/options-table.ts';
import { addedPortSpecs, refusalOf } from '../plan/added-ports.ts';
import { takeDevice, takenDevice } from '../plan/taken-devices.ts';
import { commitNetwork } from './commit-network.ts';
import type { FaucetDesk } from './faucet-desk.ts';
import { giveInterfacesBack } from './give-interfaces-back.ts';
import type { Parts } from './parts.ts';
import { checkPortAcls } from './policy.ts';

/** The host interfaces that networks take. */
export interface AddedPorts {
  /** @throws DovesnapError `BAD_OPTION`, `UNKNOWN_ACL` when the network cannot have one of them. */
  check(network: AttachedNetwork): Promise<void>;
  /** Reads what they are before they are taken, for the network's record. @throws NetnsError. */
  remember(network: AttachedNetwork): Promise<void>;
  /** Takes them, once the bridge has them. @throws DovesnapError `PORT_FAILED`, NetnsError. */
  take(network: AttachedNetwork): Promise<void>;
  /** Takes again those whose device went and came back, and all when they have not been looked at. @throws as `take`. */
  retake(network: AttachedNetwork): Promise<void>;
  /** Takes them off the bridge and makes them the host's again. @throws DovesnapError, NetnsError. */
  giveBack(network: AttachedNetwork): Promise<void>;
}

/** Makes {@link AddedPorts}. */
export function addedPorts(parts: Parts, desk: FaucetDesk): AddedPorts {
  const { host, ovs } = parts;
  /** Taken since this daemon runs: the machine itself may have started anew before. */
  const seen = new WeakMap<AttachedNetwork, Set<string>>();
  const takeNow = async (network: AttachedNetwork, name: string): Promise<void> => {
    const link = await host.link(name);
    if (link === undefined) return;
    const before = network.others.taken.get(name) ?? takenDevice(link, await host.routes());
    const ofPort = rowOf(ovs.state(), network, name)?.ofPort ?? before.ofPort;
    network.others.taken.set(name, { ...before, ifindex: link.ifindex, ofPort });
    await commitNetwork(parts, network);
    await host.apply(takeDevice(network, link));
    seen.set(network, (seen.get(network) ?? new Set()).add(name));
  };
  return {
    check: async (network) => {
      if (network.spec.addedPorts.length === 0) return;
      const model = await desk.model();
      for (const port of network.spec.addedPorts) {
        const link = await host.link(port.name);
        const refusal = refusalOf(network.spec, port, link, { state: ovs.state(), model });
        if (refusal !== undefined) {
          throw refusedOption(optionOf(port), formatAddedPorts([port], port.role), refusal);
        }
        if (port.acl !== undefined) checkPortAcls(model, [port.acl], `option ${optionOf(port)}`);
      }
    },
    remember: async (network) => {
      if (network.spec.addedPorts.length === 0) return;
      const routes = await host.routes();
      for (const { name } of network.spec.addedPorts) {
        const link = await host.link(name);
        if (link !== undefined) network.others.taken.set(name, takenDevice(link, routes));
      }
    },
    take: async (network) => {
      await ovs.until((state) =>
        network.spec.addedPorts.every((port) => hasNumber(state, network, port)),
      );
      for (const { name } of network.spec.addedPorts) await takeNow(network, name);
    },
    retake: async (network) => {
      for (const { name } of network.spec.addedPorts) {
        const ifindex = rowOf(ovs.state(), network, name)?.ifindex ?? 0;
        const known = network.others.taken.get(name)?.ifindex;
        if (ifindex === 0 || (ifindex === known && seen.get(network)?.has(name))) continue;
        await takeNow(network, name);
        if (ifindex === known) continue;
        parts.log.info({ network: network.name, port: name }, 'an interface has come back');
        if (network.userspace) await openAgain(parts, network, name);
      }
    },
    giveBack: async (network) => {
      const names = network.spec.addedPorts.map((port) => port.name);
      await ovs.commit((state) => planRemovePorts(state, network.spec.bridge, names));
      if (names.length > 0) await ovs.settled();
      await host.apply([...network.others.sealed.keys()].map(unsealLink));
      await giveInterfacesBack(parts, network, network.others.taken);
    },
  };
}

/**
 * A userspace datapath goes on reading the socket of a device that went, also when one of its name is back; only when the
 * port was gone in between does it open the new one (seen with Open vSwitch 3.1.0).
 */
function openAgain(parts: Parts, network: AttachedNetwork, name: string): Promise<void> {
  const { bridge } = network.spec;
  return parts.serial.run(`pool:${network.spec.id}`, async () => {
    if (network.life.signal.aborted) return;
    const { engineId } = network;
    const specs = addedPortSpecs(network, engineId).filter((spec) => spec.name === name);
    await parts.ovs.commit((state) => planRemovePorts(state, bridge, [name]));
    await parts.ovs.settled();
    await parts.ovs.commit((state) => planPorts(state, bridge, specs));
    await parts.ovs.settled();
  });
}

function optionOf(port: AddedPort): string {
  return port.role === 'coprocessor' ? 'ovs.bridge.add_copro_ports' : 'ovs.bridge.add_ports';
}

function rowOf(state: SwitchState, network: AttachedNetwork, name: string) {
  const bridge = findBridge(state, network.spec.bridge);
  return bridge?.ports.find((port) => port.name === name)?.interfaces[0];
}

function hasNumber(state: SwitchState, network: AttachedNetwork, port: AddedPort): boolean {
  const row = rowOf(state, network, port.name);
  if (row?.error === undefined) return row?.ofPort !== undefined;
  throw new DovesnapError(
    'PORT_FAILED',
    `Open vSwitch could not take interface ${port.name}: ${row.error}`,
  );
}
