import type { Flow } from '@dovesnap/ovs';
import { type AttachedNetwork, networkOn, type Port } from '../../domain/attached-network.ts';
import { setNote } from '../../domain/network-notes.ts';
import { tellPort } from '../../domain/port-life.ts';
import { isMember, lossOf, sameFlows } from '../../plan/flows/deciding-flows.ts';
import type { Parts } from '../core/parts.ts';
import type { Registry } from '../core/registry.ts';
import { isPutRight } from '../core/repair-notes.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { suspendPort } from '../endpoints/suspend-port.ts';
import type { Flows } from '../flows/flows.ts';
import type { Pool } from '../pool/pool.ts';

/**
 * How long the flows of a port must have been quiet before something is done about them, milliseconds. Where its ACLs are
 * as they were, Faucet has no reason to touch its flows, and what is missing is lost: while the rules that are left let
 * something through there is no time to lose. In all other cases Faucet may be at work.
 */
const quietMs = { guard: 20, way: 300, other: 5000 } as const;

/** Why a port is closed. */
const reason = 'the switch has lost flows of its ACLs';

/** Looks after the flows of all networks from when it is made. */
export interface LostFlows {
  /** Looks at all ports of a network: what could not be told, or done, before may be possible now. */
  look(network: AttachedNetwork): void;
}

/**
 * Sees ports lose flows of their policy. The switch deletes rules with the meter that they name, and Faucet, which
 * deletes a meter and adds it again when its rate changes, does not install those rules again (faucet 1.10.12, c65faucet
 * 1.0.106); a person may delete flows, too. Such a port is closed, leaves Faucet and comes back, and opens when its flows
 * are seen.
 */
export function lostFlows(
  parts: Parts,
  services: {
    readonly registry: Pick<Registry, 'all'>;
    readonly flows: Flows;
    readonly attachments: Pick<Attachments, 'suspend' | 'resume'>;
    readonly pool: Pick<Pool, 'tend'>;
    /** Told how many ports of a network have lost flows. */
    readonly count: (network: string, ports: number) => void;
  },
): LostFlows {
  const { registry, flows, attachments, pool, count } = services;
  const { isSuspect, urgency, forget } = memory(flows);
  const suspects = new WeakMap<AttachedNetwork, Set<Port>>();
  const looking = new WeakMap<AttachedNetwork, AbortController>();
  const act = async (network: AttachedNetwork, quiet: number): Promise<void> => {
    const found = [...(suspects.get(network) ?? [])].filter((port) => isSuspect(network, port));
    const lost = found.filter((port) => quietMs[urgency(network, port)] <= quiet);
    suspects.set(network, new Set(found.filter((port) => !lost.includes(port))));
    if (lost.length === 0) return;
    say(parts, network, lost);
    count(network.record.name ?? network.spec.bridge, lost.length);
    await Promise.all(lost.map((port) => close(network, port)));
    attachments.resume(network);
    pool.tend(network);
  };
  const close = async (network: AttachedNetwork, port: Port): Promise<void> => {
    tellPort(port, { kind: 'flows-lost' });
    forget(port);
    try {
      await suspendPort(parts, attachments, network, port, reason);
    } catch (err) {
      tellPort(port, { kind: 'loss-dismissed' });
      const subject = {
        network: network.record.name,
        container: port.endpoint?.container?.name,
        err,
      };
      parts.log.error(subject, 'a port that has lost flows could not be closed');
    }
  };
  const follow = async (network: AttachedNetwork): Promise<void> => {
    looking.get(network)?.abort();
    const stop = new AbortController();
    looking.set(network, stop);
    const signal = AbortSignal.any([stop.signal, network.life.signal, parts.signal]);
    let quiet = 0;
    for (const until of Object.values(quietMs)) {
      await parts.clock.sleep(until - quiet, signal);
      if (signal.aborted) return;
      quiet = until;
      if (until === quietMs.other && !(await isFaucetDone(parts))) return;
      if (!signal.aborted) await act(network, quiet);
    }
  };
  const suspect = (network: AttachedNetwork, ports: readonly Port[]): void => {
    const found = ports.filter((port) => isSuspect(network, port));
    if (found.length === 0) return;
    suspects.set(network, new Set([...(suspects.get(network) ?? []), ...found]));
    follow(network).catch((err: unknown) => {
      if (network.life.signal.aborted) return;
      parts.log.error({ network: network.record.name, err }, 'lost flows could not be put right');
    });
  };
  flows.onChange((bridge, ofPorts) => {
    const network = networkOn(registry.all(), bridge);
    if (network === undefined) return;
    suspect(
      network,
      [...ofPorts].flatMap((ofPort) => network.ports.get(ofPort) ?? []),
    );
  });
  return { look: (network) => suspect(network, [...network.ports.values()]) };
}

/** Remembers what ports had when their policy was last in force. */
function memory(flows: Flows) {
  const before = new WeakMap<Port, { readonly flows: readonly Flow[]; readonly emptied: number }>();
  return {
    forget: (port: Port) => void before.delete(port),
    /** Notes what a port has; answers whether that is not its policy and somebody should do something about it. */
    isSuspect: (network: AttachedNetwork, port: Port): boolean => {
      const now = flows.deciding(network, port);
      const emptied = flows.emptied(network);
      // Faucet starts over with the switch: it will give back all that it has deleted.
      if (before.get(port)?.emptied !== emptied) before.delete(port);
      const known = before.get(port)?.flows;
      if (known !== undefined && sameFlows(known, now)) return false;
      if (flows.carries(network, port)) before.set(port, { flows: now, emptied });
      else if (isMember(now)) return isAtRest(port);
      // It takes them from one port, too, and gives them back.
      else before.delete(port);
      return false;
    },
    urgency: (network: AttachedNetwork, port: Port): keyof typeof quietMs => {
      const known = before.get(port)?.flows;
      if (known === undefined || !flows.fits(network, port, known)) return 'other';
      return lossOf(known, flows.deciding(network, port)) ?? 'other';
    },
  };
}

/**
 * Free, or open. One that is about to open is looked after by those who open it, who take its flows away themselves. The
 * flows of one that was open before this daemon runs need not have been seen.
 */
function isAtRest({ phase, flows }: Port): boolean {
  return (phase === 'open' && flows !== 'lost') || (phase === 'free' && flows === 'seen');
}

/** Whether what Faucet has loaded is what the file says: who edits the file does not tell us when Faucet has it. */
async function isFaucetDone({ faucet }: Parts): Promise<boolean> {
  await faucet.refresh();
  const { reachable, loaded } = faucet.status();
  return reachable && loaded;
}

function say(parts: Parts, network: AttachedNetwork, ports: readonly Port[]): void {
  const at = new Date(parts.clock.now()).toISOString();
  const taken = ports.filter(({ endpoint }) => endpoint?.container !== undefined);
  const free = ports.length - taken.length;
  const list = taken.map(({ ofPort, acls, endpoint }) => {
    const container = endpoint?.container?.name;
    const what = `flows of ACL ${acls.join(',')} on port ${ofPort}`;
    const sentence = `the switch has lost ${what}: it is closed and restarted`;
    parts.log.warn({ network: network.record.name, container, ofPort }, sentence);
    return `${what} of ${container}`;
  });
  if (free > 0) {
    const what = `flows of ${free} free ports`;
    parts.log.warn(
      { network: network.record.name },
      `the switch has lost ${what}: they are restarted`,
    );
    list.push(what);
  }
  const sentence = `at ${at} the switch had lost ${list.join('; ')}`;
  const isDone = () => ports.every((port) => isPutRight(network, port));
  setNote(network.notes, 'lost flows', { sentence, isDone });
}
