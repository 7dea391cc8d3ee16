import type { AttachedNetwork, Port } from '../../domain/attached-network.ts';
import { takenNumbers } from '../../plan/pool/taken-numbers.ts';
import { type Note, replaceNotes } from '../core/notes.ts';
import type { Parts } from '../core/parts.ts';
import { keeper, type PartOfNetwork } from '../core/upkeep.ts';
import type { Attachments } from '../endpoints/attachments.ts';
import { suspendPort } from '../endpoints/suspend-port.ts';
import type { Datapaths } from '../faucet/datapaths.ts';
import type { Pool } from '../pool/pool.ts';

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
  const withdrawals = keeper<PartOfNetwork & { readonly port: Port }>(parts, {
    what: ({ port }) => `take port ${port.ofPort}, whose number is another's, from Faucet`,
    keyOf: ({ port }) => port,
    act: async ({ network, port }) => {
      const isStill = takenNumbers(network, parts.ovs.state()).some((one) => one.port === port);
      if (isStill) await datapaths.withdraw(network, [port], network.life.signal);
    },
  });
  /** What Faucet has for our port would hold for the other one. */
  const close = async (network: AttachedNetwork, port: Port, what: string): Promise<void> => {
    await suspendPort(parts, attachments, network, port, what);
    const filter = { table: 0, match: `in_port=${port.ofPort}` };
    await parts.ofctl.deleteFlows(network.spec.bridge, [filter]);
    withdrawals.look({ network, port });
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
  const said = taken.map(({ port, what }): [string, Note] => {
    const name = port.endpoint?.container?.name;
    const whose =
      name === undefined ? 'moving a free port to another number' : `it is that of ${name}`;
    return [`${port.ofPort}`, { sentence: `${what}: ${whose}` }];
  });
  replaceNotes(parts, network, 'taken number', new Map(said));
}
