import type { Ovsdb, SwitchReplica } from '@dovesnap/ovs';
import { quietAfter } from './edges/log.ts';
import { type EngineId, engineIdSource } from './services/core/engine-id-source.ts';
import { failures } from './services/core/failures.ts';
import type { Parts } from './services/core/parts.ts';
import { retries } from './services/core/retries.ts';
import { lockedSwitch } from './services/core/switch.ts';
import { turns } from './services/core/turns.ts';

/** The name of the OVSDB lock that one daemon of a switch holds. */
const lockName = 'dovesnapd';

/** What the daemon reaches the outside through, open. */
export interface Edges extends Omit<Parts, 'ovs' | 'turns' | 'failures' | 'retries' | 'engineId'> {
  /** The connection to Open vSwitch. */
  readonly db: Ovsdb;
  /** What that connection tells of the switch. */
  readonly replica: SwitchReplica;
  /** Closes what is neither the connection nor the replica. */
  close(): Promise<void>;
}

/** The edges of the daemon, with what all services share. */
export interface OpenParts {
  readonly parts: Parts;
  readonly engine: EngineId;
  close(): Promise<void>;
}

/** Makes what all services share out of the edges. */
export function joinEdges({ db, replica, close, ...edges }: Edges): OpenParts {
  const log = quietAfter(edges.log, edges.signal);
  const { clock, docker } = edges;
  const ovs = lockedSwitch(db, db.lock(lockName), replica, edges);
  const engine = engineIdSource(docker, ovs);
  const failed = failures({ log, clock });
  return {
    parts: {
      ...edges,
      log,
      ovs,
      turns: turns((sentence) => log.error({}, sentence)),
      failures: failed,
      retries: retries({ clock, failures: failed }),
      engineId: engine.get,
    },
    engine,
    close: async () => {
      await replica.close();
      await db.close();
      await close();
    },
  };
}
