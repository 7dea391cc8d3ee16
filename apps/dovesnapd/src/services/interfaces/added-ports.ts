import { unsealLink } from '@dovesnap/netns';
import { planPorts, planRemovePorts, type SwitchState } from '@dovesnap/ovs';
import { type AddedPort, formatAddedPorts, OPTION_OF_ROLE } from '../../domain/added-ports.ts';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { DovesnapError } from '../../domain/error.ts';
import { refusedOption } from '../../domain/options-table.ts';
import { addedPortSpecs, refusalOf } from '../../plan/interfaces/added-ports.ts';
import { takeDevice } from '../../plan/interfaces/taken-devices.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { FaucetDesk } from '../faucet/faucet-desk.ts';
import { commitNetwork } from '../networks/commit-network.ts';
import type { Parts } from '../parts.ts';
import { checkPortAcls } from '../policy/policy.ts';
import { poolTurn } from '../pool/pool-turn.ts';
import { giveInterfacesBack } from './give-interfaces-back.ts';
import { takenNow } from './taken-now.ts';

/** The host interfaces that networks take. */
export interface AddedPorts {
  /** @throws DovesnapError `BAD_OPTION`, `UNKNOWN_ACL` when the network cannot have one of them. */
  check(network: AttachedNetwork, networks: readonly AttachedNetwork[]): Promise<void>;
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
    const before = network.others.taken.get(name) ?? (await takenNow(parts, link));
    const ofPort = rowOf(ovs.state(), network, name)?.ofPort ?? before.ofPort;
    network.others.taken.set(name, { ...before, ifindex: link.ifindex, ofPort });
    await commitNetwork(parts, network);
    await host.apply(takeDevice(network, link));
    seen.set(network, (seen.get(network) ?? new Set()).add(name));
  };
  return {
    check: async (network, networks) => {
      if (network.spec.addedPorts.length === 0) return;
      const around = {
        state: ovs.state(),
        model: await desk.model(),
        routes: await host.routes(),
        networks: networks.map(({ spec }) => spec),
      };
      for (const port of network.spec.addedPorts) {
        const link = await host.link(port.name);
        const refusal = refusalOf(network.spec, port, link, around);
        if (refusal !== undefined) {
          const option = OPTION_OF_ROLE[port.role];
          throw refusedOption(option, formatAddedPorts([port], port.role), refusal);
        }
        if (port.acl === undefined) continue;
        checkPortAcls(around.model, [port.acl], `option ${OPTION_OF_ROLE[port.role]}`);
      }
    },
    remember: async (network) => {
      for (const { name } of network.spec.addedPorts) {
        const link = await host.link(name);
        if (link !== undefined) network.others.taken.set(name, await takenNow(parts, link));
      }
    },
    take: async (network) => {
      const ports = unboundPorts(network);
      await ovs.until((state) => ports.every((port) => hasNumber(state, network, port.name)));
      for (const { name } of ports) await takeNow(network, name);
    },
    retake: async (network) => {
      for (const { name } of unboundPorts(network)) {
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
      const names = unboundPorts(network).map((port) => port.name);
      await ovs.commit((state) => planRemovePorts(state, network.spec.bridge, names));
      if (names.length > 0) await ovs.settled();
      await host.apply([...network.others.sealed.keys()].map(unsealLink));
      const taken = [...network.others.taken].filter(([name]) => names.includes(name));
      await giveInterfacesBack(parts, network, taken);
    },
  };
}

/**
 * A userspace datapath goes on reading the socket of a device that went, also when one of its name is back; only when the
 * port was gone in between does it open the new one (seen with Open vSwitch 3.1.0).
 */
export function openAgain(parts: Parts, network: AttachedNetwork, name: string): Promise<void> {
  const { bridge } = network.spec;
  return poolTurn(parts, network, async () => {
    if (network.life.signal.aborted) return;
    const { engineId } = network;
    const specs = addedPortSpecs(network, engineId).filter((spec) => spec.name === name);
    await parts.ovs.commit((state) => planRemovePorts(state, bridge, [name]));
    await parts.ovs.settled();
    await parts.ovs.commit((state) => planPorts(state, bridge, specs));
    await parts.ovs.settled();
  });
}

/** What becomes of a bound interface is another service's business. */
function unboundPorts(network: AttachedNetwork): readonly AddedPort[] {
  return network.spec.addedPorts.filter((port) => port.role !== 'bound');
}

/** Whether an interface is on the bridge under a number. @throws DovesnapError `PORT_FAILED`. */
export function hasNumber(state: SwitchState, network: AttachedNetwork, name: string): boolean {
  const row = rowOf(state, network, name);
  if (row?.error === undefined) return row?.ofPort !== undefined;
  throw new DovesnapError(
    'PORT_FAILED',
    `Open vSwitch could not take interface ${name}: ${row.error}`,
  );
}
