import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { takenNumbers } from '../../plan/pool/taken-numbers.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { suspendPort } from '../endpoints/suspend-port.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { Parts } from '../parts.ts';
import type { Pool } from './pool.ts';

/** Start of the keys of the notes on such numbers. */
const noteStart = 'taken number ';

/** Keeps ports of others from going by the policy of a port of ours whose OpenFlow number they got. */
export interface TakenNumbers {
  /** Gives up free ports whose number another port has, and closes those of containers until it is theirs again. */
  look(network: AttachedNetwork): Promise<void>;
}

/** Makes {@link TakenNumbers}. */
export function numbersWatch(
  parts: Parts,
  services: {
    readonly datapaths: Datapaths;
    readonly pool: Pool;
    readonly attachments: Attachments;
  },
): TakenNumbers {
  const { datapaths, pool, attachments } = services;
  const closed = new WeakMap<AttachedNetwork, ReadonlySet<Port>>();
  /** What Faucet has for our port would hold for the other one. */
  const close = async (network: AttachedNetwork, port: Port, what: string): Promise<void> => {
    await suspendPort(parts, attachments, network, port, what);
    const filter = { table: 0, match: `in_port=${port.ofPort}` };
    await parts.ofctl.deleteFlows(network.spec.bridge, [filter]);
    datapaths.withdraw(network, [port], network.life.signal).catch((err: unknown) => {
      if (network.life.signal.aborted) return;
      parts.log.warn({ network: network.name, err }, 'Faucet still has a port without its number');
    });
  };
  return {
    look: async (network) => {
      const taken = takenNumbers(network, parts.ovs.state());
      const before = closed.get(network) ?? new Set();
      const now = new Set(taken.map(({ port }) => port));
      say(parts, network, taken);
      pool.forgo(network, [...now]);
      for (const { port, what } of taken) {
        if (port.endpoint !== undefined && !before.has(port)) await close(network, port, what);
      }
      closed.set(network, now);
      if ([...before].some((port) => !now.has(port))) attachments.reconsider(network);
    },
  };
}

function say(parts: Parts, network: AttachedNetwork, taken: ReturnType<typeof takenNumbers>): void {
  const said = new Set<string>();
  for (const { port, what } of taken) {
    const name = port.endpoint?.container?.name;
    const whose = name === undefined ? 'a free port moves away' : `it is that of ${name}`;
    const sentence = `${what}: ${whose}`;
    const key = `${noteStart}${port.ofPort}`;
    if (network.notes.get(key) !== sentence) parts.log.warn({ network: network.name }, sentence);
    network.notes.set(key, sentence);
    said.add(key);
  }
  for (const key of network.notes.keys()) {
    if (key.startsWith(noteStart) && !said.has(key)) network.notes.delete(key);
  }
}
