import { setOffload } from '@dovesnap/netns';
import {
  type AttachedNetwork,
  networkOn,
  type Port,
  takenPorts,
} from '../../domain/attached-network.ts';
import { hasOtherOffload, isTsoInForce } from '../../plan/interfaces/offloads.ts';
import { rowOf } from '../../plan/networks/row-of.ts';
import { commitRecords } from '../endpoints/commit-records.ts';
import { changeContainerEnd } from '../endpoints/container-end.ts';
import type { Flows } from '../flows/flows.ts';
import type { Parts } from '../parts.ts';
import type { Pool } from '../pool/pool.ts';
import type { Registry } from '../registry.ts';

/** Keeps links of userspace bridges from leaving to the switch what this switch does not do. */
export interface Offloads {
  /**
   * Finds out whether the switch takes segments and checksums over, when there is reason to: the bridge's own device is
   * another one, the switch is asked otherwise, or it was restarted. Then makes links follow: the bridge's own, those
   * of free ports, those of running containers. @throws DovesnapError, NetnsError.
   */
  look(network: AttachedNetwork): Promise<void>;
  /** The same, in the background. */
  tend(network: AttachedNetwork): void;
}

/** Makes {@link Offloads}. */
export function offloads(
  parts: Parts,
  pool: Pick<Pool, 'tend'>,
  flows: Pick<Flows, 'onKnown'>,
  registry: Pick<Registry, 'all'>,
): Offloads {
  const seen = new WeakMap<AttachedNetwork, string>();
  const find = async (network: AttachedNetwork, restarted: boolean): Promise<void> => {
    const state = parts.ovs.state();
    const { bridge } = network.spec;
    const reason = `${rowOf(state, network, bridge)?.ifindex} ${state.userspaceTsoRequested}`;
    if (!restarted && seen.get(network) === reason) return;
    const link = await parts.host.link(bridge);
    if (link === undefined) return;
    const inForce = isTsoInForce(state, link);
    // A device that was kept over a restart keeps what the switch before this one could do.
    await parts.host.apply([setOffload(bridge, { tx: inForce })]);
    seen.set(network, reason);
    say(parts, network, inForce, state.userspaceTsoRequested);
    network.txOffload = inForce;
    pool.tend(network);
  };
  const follow = async (network: AttachedNetwork): Promise<void> => {
    const others = takenPorts(network).filter((port) => hasOtherOffload(network, port));
    const failed: Port[] = [];
    for (const port of others) {
      if (parts.serial.busy(`endpoint:${port.endpoint?.id}`)) continue;
      const tx = network.txOffload === true;
      if (await changeContainerEnd(parts, port, (link) => setOffload(link, { tx }))) {
        port.txOffload = tx;
        await commitRecords(parts, network, [port]);
      } else failed.push(port);
    }
    if (failed.length === 0) network.notes.delete('offload');
    else noteFailed(parts, network, failed);
  };
  const look = async (network: AttachedNetwork, restarted: boolean): Promise<void> => {
    if (!network.userspace) return;
    await parts.serial.run(`offload:${network.spec.id}`, async () => {
      if (network.life.signal.aborted || !parts.ovs.live) return;
      await find(network, restarted);
      await follow(network);
    });
  };
  const tend = (network: AttachedNetwork, restarted: boolean): void => {
    look(network, restarted).catch((err: unknown) => {
      if (network.life.signal.aborted) return;
      parts.log.warn({ network: network.name, err }, 'transmit offload is not in order yet');
    });
  };
  flows.onKnown((bridge) => {
    const network = networkOn(registry.all(), bridge);
    if (network !== undefined) tend(network, true);
  });
  return { look: (network) => look(network, false), tend: (network) => tend(network, false) };
}

function say(parts: Parts, network: AttachedNetwork, inForce: boolean, asked: boolean): void {
  const subject = { network: network.name, bridge: network.spec.bridge };
  if (inForce !== (network.txOffload ?? false)) {
    const who = inForce ? 'Open vSwitch cuts TCP segments' : 'containers cut TCP segments';
    parts.log.info(subject, `${who} and compute checksums on this network`);
  }
  const ignored = asked && !inForce;
  if (!ignored) {
    network.notes.delete('tso');
    return;
  }
  const sentence =
    'other_config:userspace-tso-enable is true, but this bridge was opened without it: restart Open vSwitch, until then TCP may not work';
  if (network.notes.get('tso') !== sentence) parts.log.warn(subject, sentence);
  network.notes.set('tso', sentence);
}

function noteFailed(parts: Parts, network: AttachedNetwork, failed: readonly Port[]): void {
  const names = failed.map(
    ({ endpoint }) => endpoint?.container?.name ?? endpoint?.id.slice(0, 12),
  );
  const sentence = `transmit offload could not be switched in ${names.join(', ')}: start them anew if TCP does not work there`;
  if (network.notes.get('offload') === sentence) return;
  network.notes.set('offload', sentence);
  parts.log.warn({ network: network.name }, sentence);
}
