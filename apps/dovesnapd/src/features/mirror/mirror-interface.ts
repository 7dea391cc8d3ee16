import { findPort, planExternalIds, planRemovePorts } from '@dovesnap/ovs';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { linkRemark } from '../../plan/interfaces/link-remark.ts';
import { takeDevice } from '../../plan/interfaces/taken-devices.ts';
import type { Parts } from '../../services/core/parts.ts';
import { giveInterfacesBack } from '../../services/interfaces/give-interfaces-back.ts';
import { takenNow } from '../../services/interfaces/taken-now.ts';
import { type MirrorBridge, mirrorBridges, planMirrorBridge } from './mirror-bridge.ts';
import { formatMirrorRecord } from './mirror-record.ts';

/** The interface of the host that copies leave through. */
export interface MirrorInterface {
  /** What interfaces were before they were taken. */
  readonly taken: Map<string, TakenDevice>;
  /** Index of the one that was taken last. */
  readonly seen: number | undefined;
  /** Takes it once the bridge has it, also when it went and came back. A sentence when it is not there. @throws NetnsError. */
  take(wanted: MirrorBridge): Promise<string | undefined>;
  /** Takes all but `kept` off the engine's mirror bridges and makes them the host's again. @throws DovesnapError, NetnsError. */
  giveBack(engineId: string, kept: string | undefined): Promise<void>;
}

/** Puts the mirror bridge into the switch and waits until it is there; does nothing when it is. @throws DovesnapError. */
export async function commitMirrorBridge({ ovs }: Parts, wanted: MirrorBridge): Promise<void> {
  if (planMirrorBridge(ovs.state(), wanted).length === 0) return;
  await ovs.commit((state) => planMirrorBridge(state, wanted));
  await ovs.settled();
}

/** Makes {@link MirrorInterface}. */
export function mirrorInterface(parts: Parts): MirrorInterface {
  const { ovs, host } = parts;
  const taken = new Map<string, TakenDevice>();
  /** As it was last taken by this daemon: the machine itself may have restarted before. */
  let seen: number | undefined;
  return {
    taken,
    get seen(): number | undefined {
      return seen;
    },
    take: async (wanted) => {
      const { name, out, userspace } = wanted;
      const index = findPort(ovs.state(), out)?.port.interfaces[0]?.ifindex ?? 0;
      const link = index === 0 ? undefined : await host.link(out);
      if (link === undefined) return `interface ${out} of --mirror_bridge_out is not there`;
      const { ifindex } = link;
      const known = taken.get(out);
      if (ifindex === seen && known !== undefined) {
        const remark = linkRemark(link, name);
        return remark && `interface ${out} of --mirror_bridge_out: ${remark}`;
      }
      taken.set(out, {
        ...(known ?? (await takenNow(parts, link))),
        ifindex,
      });
      await commitMirrorBridge(parts, wanted);
      await host.apply(takeDevice(wanted, link));
      seen = ifindex;
      parts.log.info({ interface: out }, 'took the mirror interface');
      if (known === undefined || known.ifindex === ifindex || !userspace) return undefined;
      // As with the interfaces of networks: a userspace datapath goes on reading the socket of a device that went.
      await ovs.commit((state) => planRemovePorts(state, name, [out]));
      await ovs.settled();
      await commitMirrorBridge(parts, wanted);
      return undefined;
    },
    giveBack: async (engineId, kept) => {
      for (const bridge of mirrorBridges(ovs.state(), engineId)) {
        const leaving = [...bridge.taken].filter(([name]) => name !== kept);
        if (leaving.length === 0) continue;
        const names = leaving.map(([name]) => name);
        await ovs.commit((state) => planRemovePorts(state, bridge.name, names));
        await ovs.settled();
        await giveInterfacesBack(parts, bridge, leaving);
        parts.log.info({ interfaces: names }, 'gave the mirror interface back to the host');
        const left = new Map([...bridge.taken].filter(([name]) => name === kept));
        const record = formatMirrorRecord(engineId, left);
        await ovs.commit((state) => planExternalIds(state, 'Bridge', bridge.name, record));
      }
    },
  };
}
