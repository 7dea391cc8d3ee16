import { setOffload } from '@dovesnap/netns';
import {
  type AttachedNetwork,
  networkOn,
  type Port,
  takenPorts,
} from '../../domain/attached-network.ts';
import { removeNote } from '../../domain/network-notes.ts';
import { observeTxOffload } from '../../domain/network-observation.ts';
import { tellPort } from '../../domain/port-life.ts';
import { hasOtherOffload, isTsoInForce, tsoSaid } from '../../plan/interfaces/port-offload.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import { replaceNote } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { type Keeper, keeper } from '../core/upkeep.ts';
import type { Flows } from '../flows/flows.ts';
import type { Pool } from '../pool/pool.ts';
import { commitRecords } from '../records/commit-records.ts';
import { changeContainerEnd } from './container-end.ts';

/** Keeps what links of userspace bridges leave to the switch equal to what it does. */
export type Offloads = Keeper<AttachedNetwork>;

/**
 * Makes the keeper that keeps links of userspace bridges from leaving to the switch what this switch does not do. It finds
 * out whether the switch takes segments and checksums over, when there is reason to: the bridge's own device is another
 * one, the switch is asked otherwise or says otherwise, or it was restarted. Then it makes links follow: the bridge's own,
 * those of free ports, those of running containers.
 */
export function offloads(
  parts: Parts,
  pool: Pick<Pool, 'tend'>,
  flows: Pick<Flows, 'onKnown'>,
  registry: Pick<Registry, 'all'>,
): Offloads {
  const seen = new WeakMap<AttachedNetwork, string>();
  const restarted = new WeakSet<AttachedNetwork>();
  const find = async (network: AttachedNetwork): Promise<void> => {
    const state = parts.ovs.state();
    const { bridge } = network.spec;
    const ifindex = rowOf(state, network.spec, bridge)?.ifindex;
    const reason = `${ifindex} ${state.userspaceTsoRequested} ${tsoSaid(state)}`;
    if (!restarted.has(network) && seen.get(network) === reason) return;
    restarted.delete(network);
    const link = await parts.host.link(bridge);
    if (link === undefined) return;
    const inForce = isTsoInForce(state, link);
    // A device that was kept over a restart keeps what the switch before this one could do.
    await parts.host.apply([setOffload(bridge, { tx: inForce })]);
    seen.set(network, reason);
    say(parts, network, inForce, state.userspaceTsoRequested);
    observeTxOffload(network.observation, inForce);
    pool.tend(network);
  };
  const follow = async (network: AttachedNetwork): Promise<void> => {
    const others = takenPorts(network).filter((port) => hasOtherOffload(network, port));
    const failed: Port[] = [];
    for (const port of others) {
      if (parts.turns.isTaken(['endpoint', port.endpoint?.id])) continue;
      const tx = network.observation.txOffload === true;
      if (await changeContainerEnd(parts, port, (link) => setOffload(link, { tx }))) {
        tellPort(port, { kind: 'offload-set', tx });
        await commitRecords(parts, network, [port]);
      } else failed.push(port);
    }
    if (failed.length === 0) removeNote(network.notes, 'offload');
    else noteFailed(parts, network, failed);
  };
  const keep = keeper<AttachedNetwork>(parts, {
    what: 'set the transmit offload',
    act: async (network) => {
      if (!network.spec.userspace || !parts.ovs.live) return;
      await find(network);
      await follow(network);
    },
  });
  flows.onKnown((bridge) => {
    const network = networkOn(registry.all(), bridge);
    if (network === undefined) return;
    restarted.add(network);
    keep.look(network);
  });
  return keep;
}

function say(parts: Parts, network: AttachedNetwork, inForce: boolean, asked: boolean): void {
  const subject = { network: network.record.name, bridge: network.spec.bridge };
  if (inForce !== (network.observation.txOffload ?? false)) {
    const work = inForce
      ? 'Open vSwitch segments TCP and computes checksums on this network'
      : 'containers segment TCP and compute checksums on this network';
    parts.log.info(subject, work);
  }
  const sentence =
    'other_config:userspace-tso-enable is true, but this bridge was opened without it: restart Open vSwitch, until then TCP may not work';
  const note = asked && !inForce ? { sentence, subject } : undefined;
  replaceNote(parts, network, 'tso', note);
}

function noteFailed(parts: Parts, network: AttachedNetwork, failed: readonly Port[]): void {
  const names = failed.map(
    ({ endpoint }) => endpoint?.container?.name ?? endpoint?.id.slice(0, 12),
  );
  const sentence = `transmit offload could not be switched in ${names.join(', ')}: restart them if TCP does not work there`;
  replaceNote(parts, network, 'offload', { sentence });
}
