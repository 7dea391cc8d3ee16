import { planRemovePorts } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import { recordTaken } from '../../domain/network-record.ts';
import { takeDevice } from '../../plan/interfaces/taken-devices.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import { keeper } from '../../services/core/upkeep.ts';
import { giveInterfacesBack } from '../../services/interfaces/give-interfaces-back.ts';
import { hasNumber } from '../../services/interfaces/has-number.ts';
import { openAgain } from '../../services/interfaces/open-again.ts';
import { takenNow } from '../../services/interfaces/taken-now.ts';
import { commitNetwork } from '../../services/records/commit-network.ts';

/**
 * Takes the host interfaces that networks add, once their bridges have them, again when their device went and came back,
 * and once after each start of the daemon; gives them back with the network.
 */
export function portTaking(parts: Parts): Required<Pick<Feature, 'enter' | 'tend' | 'leave'>> {
  const { host, ovs, turns } = parts;
  /** Taken since this daemon runs: the machine itself may have restarted before. */
  const seen = new WeakMap<AttachedNetwork, Set<string>>();
  const inTurn = ({ spec }: AttachedNetwork, task: () => Promise<void>): Promise<void> =>
    turns.take(['added-ports', spec.id], task);
  const take = async (network: AttachedNetwork, name: string): Promise<void> => {
    const link = await host.link(name);
    if (link === undefined) return;
    const before = network.record.taken.get(name) ?? (await takenNow(parts, link));
    const ofPort = rowOf(ovs.state(), network.spec, name)?.ofPort ?? before.ofPort;
    recordTaken(network.record, name, { ...before, ifindex: link.ifindex, ofPort });
    await commitNetwork(parts, network);
    await host.apply(takeDevice(network.spec, link));
    seen.set(network, (seen.get(network) ?? new Set()).add(name));
  };
  const retake = async (network: AttachedNetwork): Promise<void> => {
    for (const { name } of network.spec.addedPorts) {
      const isBusy = turns.isTaken(['network', network.spec.id]);
      if (isBusy || network.life.signal.aborted || !ovs.live) return;
      const ifindex = rowOf(ovs.state(), network.spec, name)?.ifindex ?? 0;
      const known = network.record.taken.get(name)?.ifindex;
      if (ifindex === 0 || (ifindex === known && seen.get(network)?.has(name))) continue;
      await take(network, name);
      if (ifindex === known) continue;
      parts.log.info({ network: network.record.name, port: name }, 'an interface has come back');
      if (network.spec.userspace) await openAgain(parts, network, name);
    }
  };
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'take the host interfaces of the network',
    act: (network) => inTurn(network, () => retake(network)),
  });
  return {
    enter: async (network) => {
      const ports = network.spec.addedPorts;
      await ovs.until((state) => ports.every((port) => hasNumber(state, network.spec, port.name)));
      for (const { name } of ports) await take(network, name);
    },
    tend: (network) => {
      if (network.spec.addedPorts.length > 0) keep.look(network);
    },
    leave: (network) =>
      inTurn(network, async () => {
        const names = network.spec.addedPorts.map((port) => port.name);
        if (names.length === 0) return;
        await ovs.commit((state) => planRemovePorts(state, network.spec.bridge, names));
        await ovs.settled();
        const taken = [...network.record.taken].filter(([name]) => names.includes(name));
        await giveInterfacesBack(parts, network.spec, taken);
      }),
  };
}
