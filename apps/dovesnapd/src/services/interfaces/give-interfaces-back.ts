import { unsealLink } from '@dovesnap/netns';
import { findPort } from '@dovesnap/ovs';
import type { TakenDevice } from '../../domain/other-ports.ts';
import { giveDeviceBack } from '../../plan/interfaces/taken-devices.ts';
import type { Parts } from '../core/parts.ts';

/** Makes interfaces that have left a bridge the host's again; not those that another bridge has by now. @throws NetnsError. */
export async function giveInterfacesBack(
  { host, ovs, clock }: Pick<Parts, 'host' | 'ovs' | 'clock'>,
  bridge: { readonly userspace: boolean },
  taken: Iterable<readonly [string, TakenDevice]>,
): Promise<void> {
  for (const [name, before] of taken) {
    const link = await host.link(name);
    // It was quicker when both were made at once.
    if (findPort(ovs.state(), name) !== undefined) continue;
    if (link !== undefined) {
      const around = { routes: await host.routes(), now: clock.now() };
      await host.apply(giveDeviceBack(bridge, link, before, around));
    } else if (bridge.userspace) await host.apply([unsealLink(name)]);
  }
}
