import { removeNote, setNote } from '../../domain/network-notes.ts';
import type { Feature } from '../../services/core/feature.ts';
import type { Parts } from '../../services/core/parts.ts';
import type { Registry } from '../../services/core/registry.ts';
import { keeper } from '../../services/core/upkeep.ts';
import {
  findMirrorLink,
  type MirrorBridge,
  mirrorBridgeObstacle,
  mirrorBridges,
  planNoMirrorBridge,
} from './mirror-bridge.ts';
import { commitMirrorBridge, mirrorInterface } from './mirror-interface.ts';
import { mirrorBridgeName } from './mirror-names.ts';
import { mirrorOf, observeMirror } from './mirrored-network.ts';

/** Who sets a link down and up again has not broken anything: what is so after this time, milliseconds, is said. */
const quietMs = 300;

/**
 * Keeps the bridge that copies of frames leave this host through, the networks' links to it and its interface what the
 * daemon's flags ask for.
 */
export function mirroring(
  parts: Parts,
  registry: Registry,
): Required<Pick<Feature, 'assert' | 'heard'>> {
  const { ovs, config } = parts;
  const face = mirrorInterface(parts);
  let said: string | undefined;
  const say = (obstacle: string | undefined): void => {
    for (const network of registry.all()) {
      const { port, link } = mirrorOf(network.spec);
      const why = obstacle ?? link?.closed;
      if (port === undefined) continue;
      if (why === undefined) removeNote(network.notes, 'mirror');
      else setNote(network.notes, 'mirror', { sentence: `nothing is mirrored: ${why}` });
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
        .filter(
          (network) => mirrorOf(network.spec).port !== undefined && !network.life.signal.aborted,
        ),
    };
    const obstacle =
      mirrorBridgeObstacle(ovs.state(), wanted) ?? (await foreignMaster(parts, wanted));
    if (obstacle !== undefined) return say(obstacle);
    await commitMirrorBridge(parts, wanted);
    const missing = await face.take(wanted);
    for (const network of wanted.networks) {
      const link = findMirrorLink(ovs.state(), network.spec);
      observeMirror(mirrorOf(network.spec), { link });
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
  const keep = keeper<undefined>(parts, {
    what: 'set up the bridge to the mirror interface',
    gatherMs: quietMs,
    act: assert,
  });
  return {
    assert: () => keep.assert(undefined),
    heard: ({ link, ifindex, namespaceId }) => {
      const isIts = link === config.mirrorOut || ifindex === face.seen;
      if (config.mirrorOut === undefined || namespaceId !== undefined || !isIts) return;
      keep.look(undefined);
    },
  };
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
