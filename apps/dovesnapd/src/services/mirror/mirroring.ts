import { mirrorBridgeName } from '../../domain/names.ts';
import {
  findMirrorLink,
  type MirrorBridge,
  mirrorBridgeObstacle,
  mirrorBridges,
  planNoMirrorBridge,
} from '../../plan/mirror/mirror-bridge.ts';
import type { Parts } from '../parts.ts';
import type { Registry } from '../registry.ts';
import { commitMirrorBridge, mirrorInterface } from './mirror-interface.ts';

/** The bridge that copies of frames leave this host through. */
export interface Mirroring {
  /**
   * Makes the bridge, the networks' links to it and its interface what the daemon's flags ask for; does nothing when they
   * are. @throws DovesnapError `OVS_AWAY`, NetnsError.
   */
  assert(): Promise<void>;
}

/** Makes {@link Mirroring}. One turn for all of it. */
export function mirroring(parts: Parts, registry: Registry): Mirroring {
  const { ovs, config } = parts;
  const face = mirrorInterface(parts);
  let said: string | undefined;
  const say = (obstacle: string | undefined): void => {
    for (const network of registry.all()) {
      const why = obstacle ?? network.mirrorLink?.closed;
      if (network.mirrorPort === undefined) continue;
      if (why === undefined) network.notes.delete('mirror');
      else network.notes.set('mirror', `nothing is mirrored: ${why}`);
    }
    if (obstacle !== said && obstacle !== undefined) {
      parts.log.warn({}, `nothing is mirrored: ${obstacle}`);
    }
    said = obstacle;
  };
  const turnOn = async (engineId: string, out: string): Promise<void> => {
    for (const bridge of mirrorBridges(ovs.state(), engineId)) {
      for (const [name, before] of bridge.taken) {
        if (!face.taken.has(name)) face.taken.set(name, before);
      }
    }
    const wanted: MirrorBridge = {
      ...{ engineId, name: mirrorBridgeName(engineId), out, taken: face.taken },
      userspace: !parts.machine.hasKernelDatapath(),
      networks: registry
        .all()
        .filter(({ mirrorPort, life }) => mirrorPort !== undefined && !life.signal.aborted),
    };
    const obstacle =
      mirrorBridgeObstacle(ovs.state(), wanted) ?? (await foreignMaster(parts, wanted));
    if (obstacle !== undefined) return say(obstacle);
    await commitMirrorBridge(parts, wanted);
    const missing = await face.take(wanted);
    for (const network of wanted.networks) {
      network.mirrorLink = findMirrorLink(ovs.state(), network);
    }
    say(missing);
  };
  const assert = async (): Promise<void> => {
    if (!ovs.live) return;
    const engineId = await parts.engineId();
    const out = config.mirrorOut;
    await face.giveBack(engineId, out);
    if (out !== undefined) await turnOn(engineId, out);
    else await ovs.commit((state) => planNoMirrorBridge(state, engineId));
  };
  return { assert: () => parts.serial.run('mirror', assert) };
}

/** The master of an interface that is on a kernel's Open vSwitch datapath is `ovs-system`. */
async function foreignMaster(
  { host }: Parts,
  { name, out }: MirrorBridge,
): Promise<string | undefined> {
  const master = (await host.link(out))?.master;
  const isOurs = master === undefined || master === name || master === 'ovs-system';
  return isOurs ? undefined : `interface ${out} is on bridge ${master}`;
}
